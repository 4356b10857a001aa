/** Model folders on the disk, which Node's own `fetch` does not read. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";

/** An absolute address: a URL as it is, a path as a `file:` address. */
export function resolveAddress(address: string): string {
  const absolute = /^[a-z][a-z0-9+.-]+:/i.test(address); // one letter alone is a drive
  return absolute ? address : pathToFileURL(resolve(address)).href;
}

/** `fetch`, for `file:` addresses too, byte ranges included. */
export async function fetchFile(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  if (input instanceof Request || !String(input).startsWith("file:")) return fetch(input, init);
  const path = fileURLToPath(String(input));
  let size: number;
  try {
    const file = await stat(path);
    if (!file.isFile()) return new Response(null, { status: 404 });
    size = file.size;
  } catch (error) {
    return new Response(null, { status: (error as NodeJS.ErrnoException).code === "ENOENT" ? 404 : 403 });
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(new Headers(init.headers).get("range") ?? "");
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(size, range?.[2] ? Number(range[2]) + 1 : size);
  if (range && start >= size) return new Response(null, { status: 416 });
  if (size === 0) return new Response(null, { headers: { "content-length": "0" } });
  init.signal?.throwIfAborted(); // a stream that begins aborted reports it to nobody, and ends the program
  const headers = { "content-length": String(end - start), "content-range": `bytes ${start}-${end - 1}/${size}` };
  const stream = createReadStream(path, { start, end: end - 1, ...(init.signal ? { signal: init.signal } : {}) });
  const body = Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Response(body, { status: range ? 206 : 200, headers });
}
