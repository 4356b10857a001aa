/** Where rows come from: an address, a response, a file, a stream or bytes, read in pieces or by ranges. */
import type { AsyncBuffer } from "hyparquet";

import { OdinError } from "../errors";

/** A string is a URL; a program in Node opens a path with `openAsBlob` of `node:fs`. */
export type Source = string | URL | Response | Blob | ReadableStream<Uint8Array> | Uint8Array;

/** Of bytes that are in memory already: how many are decoded at once. */
const PIECE = 1 << 16;

/** What errors call the source, and what its format is read from. */
export function nameOf(source: Source): string {
  if (typeof source === "string") return source;
  if (source instanceof URL) return source.href;
  if (source instanceof Response) return source.url || "the response";
  if (source instanceof Blob) return "name" in source ? String(source.name) : "the blob";
  return source instanceof Uint8Array ? "the bytes" : "the stream";
}

/** What a request gives; throws OdinError `network`, or what aborted it. */
async function orNetworkError<T>(pending: Promise<T>, address: string, signal?: AbortSignal | null): Promise<T> {
  try {
    return await pending;
  } catch (error) {
    signal?.throwIfAborted();
    const words = error instanceof Error ? error.message : String(error);
    const advice = "check the address, the connection, and whether the server allows this page to read it";
    throw new OdinError("network", `${address} could not be read (${words}); ${advice}`);
  }
}

function requireSuccess(response: Response, address: string): Response {
  if (response.ok) return response;
  throw new OdinError("not-found", `${address} answered ${response.status}; check the address of the data`);
}

/** The bytes in pieces; memory does not grow with the file. */
export async function* pieces(source: Source, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  if (source instanceof Uint8Array) {
    for (let start = 0; start < source.length; start += PIECE) yield source.subarray(start, start + PIECE);
  } else {
    const stream = await open(source, signal);
    if (stream) yield* read(stream, nameOf(source), signal);
  }
}

async function open(
  source: Exclude<Source, Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array> | null> {
  if (source instanceof Blob) return source.stream();
  if (source instanceof ReadableStream) return source;
  if (source instanceof Response) return requireSuccess(source, nameOf(source)).body;
  const address = String(source);
  return requireSuccess(await orNetworkError(fetch(address, signal ? { signal } : {}), address, signal), address).body;
}

async function* read(stream: ReadableStream<Uint8Array>, name: string, signal: AbortSignal | undefined) {
  // Not `for await`: WebKit's streams have no asynchronous iterator.
  let reader: ReadableStreamDefaultReader<Uint8Array>;
  try {
    reader = stream.getReader();
  } catch {
    throw new OdinError("bad-option", `${name} is being read already; a stream or a response can be read once`);
  }
  const cancel = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    for (;;) {
      const result = await orNetworkError(reader.read(), name, signal);
      signal?.throwIfAborted();
      if (result.done) return;
      yield result.value;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel();
  }
}

/**
 * The text in pieces, without a byte order mark.
 *
 * @throws OdinError `corrupt` when it is not UTF-8
 */
export async function* texts(source: Source, signal?: AbortSignal): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece ? decoder.decode(piece, { stream: true }) : decoder.decode();
    } catch {
      throw new OdinError("corrupt", `${nameOf(source)} is not UTF-8; write it anew in that encoding`);
    }
  };
  for await (const piece of pieces(source, signal)) yield decode(piece);
  yield decode();
}

/** The source by ranges, as hyparquet asks for them; what has no ranges is read whole. */
export async function ranges(source: Source, signal?: AbortSignal): Promise<AsyncBuffer> {
  if (typeof source === "string" || source instanceof URL) {
    const { asyncBufferFromUrl } = await import("hyparquet");
    return asyncBufferFromUrl({ url: String(source), fetch: fetchRange, ...(signal && { requestInit: { signal } }) });
  }
  if (source instanceof Blob) {
    return { byteLength: source.size, slice: (start, end) => source.slice(start, end).arrayBuffer() };
  }
  const bytes = source instanceof Uint8Array ? source : await whole(source, signal);
  return { byteLength: bytes.length, slice: (start, end) => bytes.slice(start, end).buffer as ArrayBuffer };
}

/** `fetch` with the errors of this file, also for a body that breaks off. */
async function fetchRange(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const address = input instanceof Request ? input.url : String(input);
  const response = await orNetworkError(fetch(input, init), address, init?.signal);
  // hyparquet goes on without HEAD where that alone is forbidden, as with signed addresses.
  if (init?.method === "HEAD" && response.status === 403) return response;
  requireSuccess(response, address);
  if (response.status !== 206) return response;
  const body = await orNetworkError(response.arrayBuffer(), address, init?.signal);
  return new Response(body, { status: 206, headers: response.headers });
}

async function whole(source: Source, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const parts: BlobPart[] = [];
  for await (const piece of pieces(source, signal)) parts.push(piece as Uint8Array<ArrayBuffer>);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
