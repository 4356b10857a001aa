/** Python's files are in the worker's own memory, which no limit of WebAssembly counts. */

import type { PyodideInterface } from "pyodide";

/** Bytes that a program may write, or make room for, in all. */
const DISK = 128 * 1024 * 1024;
const ENOSPC = 51;

interface Node {
  mode: number;
  contents: Uint8Array;
}

interface FileSystem {
  ErrnoError: new (code: number) => Error;
  isChrdev(mode: number): boolean;
  write(stream: { node: Node }, buffer: unknown, offset: number, length: number, ...rest: unknown[]): number;
  filesystems: { MEMFS: Record<"expandFileStorage" | "resizeFileStorage", (node: Node, bytes: number) => void> };
}

/** Beyond DISK a program is told that there is no space left. */
export function limitFiles(python: PyodideInterface): void {
  const files = python.FS as unknown as FileSystem;
  const { MEMFS } = files.filesystems;
  let left = DISK;
  const spend = (bytes: number) => {
    if (bytes > left) throw new files.ErrnoError(ENOSPC);
    left -= Math.max(0, bytes);
  };
  const { write } = files;
  files.write = (stream, buffer, offset, length, ...rest) => {
    if (!files.isChrdev(stream.node.mode)) spend(length);
    return write(stream, buffer, offset, length, ...rest);
  };
  for (const name of ["expandFileStorage", "resizeFileStorage"] as const) {
    const grow = MEMFS[name];
    MEMFS[name] = (node, bytes) => {
      spend(bytes - (node.contents?.length ?? 0)); // also where a program has left a gap
      grow(node, bytes);
    };
  }
}
