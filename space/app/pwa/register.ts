/** Gives the page its service worker, late enough not to compete with what the visitor came for. */

import type { Device } from "../../runtime/index";
import type { Message } from "./sw";
import { checkForUpdates, watchForUpdates } from "./update";

const WAIT_MS = 5_000;
// In development files change under their names.
const workers = import.meta.env.PROD ? navigator.serviceWorker : undefined; // none in insecure contexts
/** Never settled where there is no service worker. */
const controlled = new Promise<void>((resolve) => {
  if (workers?.controller) resolve();
  else workers?.addEventListener("controllerchange", () => resolve(), { once: true });
});
let started: Promise<boolean> | undefined;

/** Registers the service worker when the page has been loaded and has nothing else to do. */
export function register(): void {
  if (workers) watchForUpdates(workers);
  // Safari has no idle callbacks.
  const whenIdle = () => void ("requestIdleCallback" in window ? requestIdleCallback(start) : setTimeout(start, 200));
  if (document.readyState === "complete") whenIdle();
  else addEventListener("load", whenIdle, { once: true });
}

/**
 * Waits until what the page loads is kept for the next time, because its service worker sees it.
 *
 * @param signal ends the waiting.
 * @returns false where that cannot be or takes long; the page works without.
 */
export async function offlineReady(signal?: AbortSignal): Promise<boolean> {
  if (!workers) return false;
  if (workers.controller) return true;
  const without = new Promise<void>((resolve) => {
    void start().then((registered) => registered || resolve());
    signal?.addEventListener("abort", () => resolve(), { once: true });
    setTimeout(resolve, WAIT_MS);
  });
  return Promise.race([controlled.then(() => true), without.then(() => false)]);
}

/** Has the files kept that a model on this device uses, in case they were fetched before the worker saw it. */
export async function keepRuntimeFiles(ortUrl: string, device: Device): Promise<void> {
  await controlled;
  const build = `${ortUrl}ort-wasm-simd-threaded${device === "webgpu" ? ".asyncify" : ""}`;
  const names = ["assets/worker.js", `${build}.mjs`, `${build}.wasm`];
  workers?.controller?.postMessage({ type: "KEEP", names } satisfies Message);
}

/** @returns whether there is a service worker, once it is known. */
function start(): Promise<boolean> {
  started ??= registerWorker().catch(() => false); // refused, as in private windows, or the network has gone
  return started;
}

async function registerWorker(): Promise<boolean> {
  if (!workers) return false;
  const { Workbox } = await import("workbox-window");
  const workbox = new Workbox("./sw.js", { updateViaCache: "none" });
  checkForUpdates(workbox);
  return (await workbox.register({ immediate: true })) !== undefined;
}
