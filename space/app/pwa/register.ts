/** Gives the page its service worker, late enough not to compete with what the visitor came for. */

import type { Device } from "../../runtime/index";
import type { Message } from "./sw";
import { checkForUpdates, watchForUpdates } from "./update";

const WAIT_MS = 5_000;
// In development files change under their names.
const workers = import.meta.env.PROD ? navigator.serviceWorker : undefined; // none in insecure contexts
let started: Promise<boolean> | undefined;

/** Registers the service worker when the page has been loaded and has nothing else to do. */
export function register(): void {
  if (workers) watchForUpdates(workers);
  const whenIdle = () => ("requestIdleCallback" in window ? requestIdleCallback(() => void start()) : setTimeout(start, 200));
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
  const controlled = new Promise<boolean>((resolve) => {
    workers.addEventListener("controllerchange", () => resolve(true), { once: true });
    signal?.addEventListener("abort", () => resolve(false), { once: true });
    setTimeout(() => resolve(false), WAIT_MS);
  });
  const refused = new Promise<boolean>((resolve) => void start().then((registered) => registered || resolve(false)));
  return Promise.race([controlled, refused]);
}

/** Has the files kept that a model on this device uses, in case they were fetched before the worker saw it. */
export async function keepRuntimeFiles(ortUrl: string, device: Device): Promise<void> {
  if (!workers || !(await offlineReady())) return;
  const build = `${ortUrl}ort-wasm-simd-threaded${device === "webgpu" ? ".asyncify" : ""}`;
  const names = ["assets/worker.js", `${build}.mjs`, `${build}.wasm`];
  workers.controller?.postMessage({ type: "KEEP", names } satisfies Message);
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
