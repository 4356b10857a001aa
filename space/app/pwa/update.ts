/** New versions of the app: found while it runs, taken when the visitor says so. */

import { signal } from "@preact/signals";
import type { Workbox } from "workbox-window";

const HOUR_MS = 3_600_000;

/** Whether a newer version of the app is there than the one that this tab runs. */
export const updateWaiting = signal(false);

let workbox: Workbox | undefined;
let waiting = false;
let reloading = false;

/** Call as early as can be: another tab may take a new version before this page has registered anything. */
export function watchForUpdates(workers: ServiceWorkerContainer): void {
  let controlled = workers.controller !== null;
  workers.addEventListener("controllerchange", () => {
    if (reloading) location.reload();
    // This tab goes on with the old version until its visitor wants to reload.
    else if (controlled) updateWaiting.value = true;
    controlled = true;
    waiting = false;
  });
}

/** Call before `worker` registers, which is the first check for a new version; others follow as the page is used. */
export function checkForUpdates(worker: Workbox): void {
  workbox = worker;
  let checked = Date.now();
  const check = () => {
    if (document.visibilityState !== "visible" || Date.now() - checked < HOUR_MS) return;
    checked = Date.now();
    void worker.update().catch(() => {}); // without a network there is nothing new
  };
  document.addEventListener("visibilitychange", check);
  addEventListener("focus", check);
  worker.addEventListener("waiting", () => {
    waiting = true;
    updateWaiting.value = true;
  });
}

/** Reloads the page with the new version. */
export function applyUpdate(): void {
  reloading = true;
  if (waiting) workbox?.messageSkipWaiting();
  else location.reload();
}
