/**
 * The service worker: with it the app opens when the server is gone.
 *
 * The shell (page, scripts, styles, icons) is kept when the worker is installed, large files when they are first used.
 * Models are left alone: the runtime keeps them itself.
 */

import { PrecacheController } from "workbox-precaching";
import type { AppFiles } from "../../packaging/serviceworker";

declare const self: ServiceWorkerGlobalScope;
declare const APP_FILES: AppFiles;

/** What a page may ask of the worker; `SKIP_WAITING` is workbox-window's. */
export type Message = { type: "SKIP_WAITING" } | { type: "KEEP"; names: string[] };

const { shell: shellFiles, onUse } = APP_FILES;
const scope = self.registration.scope;
// Sites of several people may share an origin, so the scope is in the name.
const ON_USE_CACHE = `odin-files-${scope}`;
const SHELL_CACHE = `odin-shell-${scope}`;
const REVISION = "revision";
const absolute = (url: string) => new URL(url, scope).href;
const HASHED = /^((?:assets|pyodide)\/.*)-[\w-]{8}(\.\w+)$/;
/** The name of a file, without the hash of the content that some have in it. */
const nameOf = (url: string) => url.replace(HASHED, "$1$2");
const relative = (url: string) => url.slice(scope.length);
const shellUrls = new Set(shellFiles.map(({ url }) => url));
/** From address to revision. */
const filesOnUse = new Map(onUse.map(({ url, revision }) => [absolute(url), revision]));

/** Hosts that cannot set headers would leave WebAssembly without threads; from the second visit on it has them. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  // Pages that are isolated themselves may show this one in a frame.
  "Cross-Origin-Resource-Policy": "cross-origin",
};

function isolated(response: Response): Response {
  if (response.status === 0) return response; // a redirect, which the browser has to follow itself
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) if (!headers.has(name)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

/** A host's caches may still have yesterday's page beside today's worker: then nothing is installed, until later. */
async function ofThisVersion(response: Response): Promise<boolean> {
  if (!response.headers.get("content-type")?.startsWith("text/html")) return true;
  const page = await response.clone().text();
  return (page.match(/assets\/[\w.-]+/g) ?? []).every((url) => shellUrls.has(url));
}

const shell = new PrecacheController({
  cacheName: SHELL_CACHE,
  plugins: [
    {
      cacheWillUpdate: async ({ response }) => (response.ok && (await ofThisVersion(response)) ? response : null),
      handlerWillRespond: async ({ response }) => isolated(response),
    },
  ],
});
shell.addToCacheList(shellFiles.map(({ url, revision }) => ({ url, revision: HASHED.test(url) ? null : revision })));

self.addEventListener("install", (event) => {
  void shell.install(event);
  event.waitUntil(renewFiles());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy(event).then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  const message = event.data as Message;
  if (message.type === "SKIP_WAITING") void self.skipWaiting();
  if (message.type === "KEEP") {
    const files = onUse.filter(({ url }) => message.names.includes(nameOf(url)));
    event.waitUntil(Promise.all(files.map(({ url }) => fileOnUse(new Request(absolute(url)), event))));
  }
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || request.headers.has("range") || !request.url.startsWith(scope)) return;
  const address = new URL(request.url);
  address.search = address.hash = "";
  if (address.pathname.endsWith("/")) address.pathname += "index.html";
  const url = address.href;
  const cacheKey = shell.getCacheKeyForURL(url);
  if (cacheKey) event.respondWith(shell.strategy.handle({ event, request, params: { cacheKey } }));
  else if (filesOnUse.has(url)) event.respondWith(fileOnUse(request, event));
  else if (HASHED.test(relative(url))) event.respondWith(oldOrUnknown(request));
});

/** Of the version before, which a tab may still run that was open when this one took over. */
async function oldOrUnknown(request: Request): Promise<Response> {
  for (const name of [SHELL_CACHE, ON_USE_CACHE]) {
    const kept = await (await self.caches.open(name)).match(request, { ignoreSearch: true });
    if (kept) return isolated(kept);
  }
  return isolated(await fetch(request));
}

function keyOf(url: string, revision: string): string {
  return `${url}?${REVISION}=${revision}`;
}

async function fileOnUse(request: Request, event: ExtendableEvent): Promise<Response> {
  const address = new URL(request.url);
  address.search = address.hash = "";
  const url = address.href;
  const revision = filesOnUse.get(url);
  const cache = await self.caches.open(ON_USE_CACHE);
  const kept = revision && (await cache.match(keyOf(url, revision)));
  if (kept) return isolated(kept);
  // What the HTTP cache has may be of another version: ask.
  const response = await fetch(request, { cache: "no-cache" });
  if (revision && response.ok) {
    event.waitUntil(keep(cache, url, revision, response.clone()).catch(() => {})); // there is no room
  }
  return isolated(response);
}

/** Keeps a file that is what it should be: neither another version nor some proxy's error page. */
async function keep(cache: Cache, url: string, revision: string, response: Response): Promise<void> {
  const bytes = await response.arrayBuffer();
  if ((await sha256(bytes)) !== revision) return;
  const headers = { "content-type": response.headers.get("content-type") ?? "application/octet-stream" };
  await cache.put(keyOf(url, revision), new Response(bytes, { headers }));
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Fetches the files that were in use and are others now, so that a new version works offline as the old one did. */
async function renewFiles(): Promise<void> {
  const cache = await self.caches.open(ON_USE_CACHE);
  const keys = new Set((await cache.keys()).map(({ url }) => url));
  const used = new Set([...keys].map((key) => nameOf(relative(key).replace(/\?.*$/, ""))));
  for (const [url, revision] of filesOnUse) {
    if (!used.has(nameOf(relative(url))) || keys.has(keyOf(url, revision))) continue;
    const response = await fetch(url, { cache: "no-cache" }).catch(() => undefined);
    if (response?.ok) await keep(cache, url, revision, response).catch(() => {}); // it comes when it is used
  }
}

/** Deletes what this version does not need, unless other tabs may: then the next version's worker will do it. */
async function tidy(event: ExtendableEvent): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.filter(({ url }) => url.startsWith(scope)).length > 1) return;
  await shell.activate(event);
  const cache = await self.caches.open(ON_USE_CACHE);
  const wanted = new Set([...filesOnUse].map(([url, revision]) => keyOf(url, revision)));
  const keys = await cache.keys();
  await Promise.all(keys.filter(({ url }) => !wanted.has(url)).map((key) => cache.delete(key)));
}
