/** How much memory this thread's part of the model takes, as far as a program can tell. */

type Reading = { bytes: number; source: "webassembly" | "process" };

const memories: WeakRef<WebAssembly.Memory>[] = [];

/** Takes note of the memory that onnxruntime is about to make, since it tells nobody. */
export function watchMemory(): void {
  const { Memory } = WebAssembly;
  if (typeof process === "object" || Memory.name === "WatchedMemory") return;
  WebAssembly.Memory = class WatchedMemory extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(new WeakRef(this));
    }
  };
}

/**
 * The most bytes so far: of the whole process in Node, elsewhere of WebAssembly since {@link watchMemory}; undefined
 * without.
 */
export function memoryTaken(): Reading | undefined {
  const kibibytes = globalThis.process?.resourceUsage?.().maxRSS;
  if (kibibytes !== undefined) return { bytes: kibibytes * 1024, source: "process" };
  const bytes = memories.reduce((total, memory) => total + (memory.deref()?.buffer.byteLength ?? 0), 0);
  return bytes > 0 ? { bytes, source: "webassembly" } : undefined;
}
