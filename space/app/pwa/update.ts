/** New versions of the app: found while it runs, taken when the visitor says so. */

import { signal } from "@preact/signals";
import type { Workbox } from "workbox-window";

const HOUR_MS = 3_600_000;

/** Whether a newer version of the app is there than the one that this tab runs. */
export const updateWaiting = signal(false);

let worker: Workbox | undefined;
let waiting = false;
let reloading = false;

/** Call once, before `workbox` registers, which is the first check for a new version. */
export function watchForUpdates(workbox: Workbox): void {
  worker = workbox;
  let checked = Date.now();
  const check = () => {
    if (document.visibilityState !== "visible" || Date.now() - checked < HOUR_MS) return;
    checked = Date.now();
    void workbox.update().catch(() => {}); // without a network there is nothing new
  };
  addEventListener("visibilitychange", check);
  addEventListener("focus", check);
  workbox.addEventListener("waiting", () => {
    waiting = true;
    updateWaiting.value = true;
  });
  workbox.addEventListener("controlling", ({ isUpdate }) => {
    if (reloading) location.reload();
    else if (isUpdate) {
      // Another tab took the new version. This one goes on with the old until its visitor wants to reload.
      waiting = false;
      updateWaiting.value = true;
    }
  });
}

/** Reloads the page with the new version. */
export function applyUpdate(): void {
  reloading = true;
  if (waiting) worker?.messageSkipWaiting();
  else location.reload();
}
