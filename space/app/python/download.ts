/** Gets the files of Python, 12 MB, from beside the page. */

import { PythonError } from "./errors";

export type FileList = Record<"worker" | "wasm" | "stdlib", { address: string; bytes: number }>;
export type PythonFiles = Record<keyof FileList, ArrayBuffer>;

/** Bytes so far and in all. */
export interface DownloadProgress {
  loaded: number;
  total: number;
}

/** Downloads all `files` at once. Throws a PythonError with code `download`, or the signal's reason. */
export async function download(
  files: FileList,
  { onProgress, signal }: { onProgress?: (progress: DownloadProgress) => void; signal?: AbortSignal } = {},
): Promise<PythonFiles> {
  const total = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
  let loaded = 0;
  const failure = new AbortController(); // one lost file makes the others useless
  const both = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  const get = async (name: keyof FileList): Promise<[string, ArrayBuffer]> => {
    const { address, bytes } = files[name];
    const content = await downloadOne(new URL(address, document.baseURI), bytes, both, (count) => {
      loaded += count;
      onProgress?.({ loaded, total });
    });
    return [name, content];
  };
  try {
    const entries = await Promise.all((Object.keys(files) as (keyof FileList)[]).map(get));
    return Object.fromEntries(entries) as PythonFiles;
  } catch (error) {
    failure.abort();
    signal?.throwIfAborted();
    if (error instanceof PythonError) throw error;
    throw new PythonError("download", "Python could not be downloaded: the connection failed. Try again later.");
  }
}

async function downloadOne(
  url: URL,
  bytes: number,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<ArrayBuffer> {
  const response = await fetch(url, { signal });
  const name = url.pathname.split("/").at(-1);
  if (!response.ok || !response.body) {
    throw new PythonError("download", `Python is not available here: ${name} is missing (status ${response.status}).`);
  }
  const content = new Uint8Array(bytes);
  let filled = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (filled + value.length <= bytes) content.set(value, filled);
    filled += value.length;
    onBytes(value.length);
  }
  // A server may answer with a page of its own instead of 404.
  if (filled !== bytes) {
    const words = `${name} has ${filled} bytes instead of ${bytes}`;
    throw new PythonError("download", `Python could not be downloaded: ${words}. Reload the page and try again.`);
  }
  return content.buffer;
}
