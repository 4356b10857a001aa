/** Makes the worker's global scope what Pyodide and its guests shall find. Has to be imported before Pyodide. */

const PAGE = 65_536;
/** Bytes of WebAssembly memory: Python says MemoryError beyond. Without it a program could take 4 GB. */
const MEMORY_LIMIT = 512 * 1024 * 1024;

// The Content-Security-Policy refuses what these do, except for `caches` in WebKit. This is a second wall.
const CLOSED = [
  "BroadcastChannel",
  "EventSource",
  "WebSocket",
  "WebTransport",
  "Worker",
  "XMLHttpRequest",
  "caches",
  "fetch",
  "importScripts", // Pyodide takes a scope in which it works for a classic worker's, and refuses to start
  "indexedDB",
];

const withoutLimit = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * PAGE > MEMORY_LIMIT) throw new RangeError("the program's memory is used up");
  return withoutLimit.call(this, pages);
};

/** Pyodide asks `fetch` for its files while it starts: answers from `files`, by name. */
export function answerFetch(files: Record<string, { content: ArrayBuffer; type: string }>): void {
  const answer = async (address: unknown) => {
    const file = files[String(address).split("/").at(-1) ?? ""];
    if (!file) throw new TypeError(`there is no network here to get ${String(address)}`);
    return new Response(file.content, { headers: { "content-type": file.type } });
  };
  Object.defineProperty(globalThis, "fetch", { value: answer, configurable: true });
}

/** Takes away what leads out of the worker, also from the prototypes that would give it back. */
export function closeScope(): void {
  for (let scope: object = globalThis; scope !== Object.prototype; scope = Object.getPrototypeOf(scope)) {
    for (const name of CLOSED.filter((name) => name in scope)) {
      Object.defineProperty(scope, name, { value: undefined, configurable: false, writable: false });
    }
  }
}
