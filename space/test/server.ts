/** A model server for tests that misbehaves as it is told, and writes down what it sent. */

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";

/** What happens to one request; without any, it is answered as it should be. */
export interface Fault {
  status?: number;
  /** Body in place of the file's. */
  body?: string;
  headers?: Record<string, string>;
  /** The connection breaks after as many bytes of the body. */
  cutAfter?: number;
  /** The answer ends after as many bytes, in good order unless its length was announced. */
  endAfter?: number;
  /** The connection stays open after as many bytes of the body, and nothing more comes. */
  stallAfter?: number;
  /** A byte at this offset of the file is wrong. */
  damageAt?: number;
  redirect?: string;
}

export interface Sent {
  name: string;
  status: number;
  /** Whether a part was asked for. */
  range: boolean;
  /** Bytes [start, end) of the file that went out; `end` grows while they do. */
  start: number;
  end: number;
}

export class ModelServer {
  files: Record<string, Buffer> = {};
  log: Sent[] = [];
  /** Faults of the next requests of a file, one each; the last one stays when `sticky`. */
  faults: Record<string, (Fault | undefined)[]> = {};
  sticky = false;
  ranges = true;
  gzip = false;
  /** Without: no Content-Length. */
  lengths = true;
  etag: string | undefined;
  /** Milliseconds before each piece of 16 KiB. */
  delayMs = 0;
  busy = 0;
  mostBusy = 0;
  base = "";
  #server: Server | undefined;

  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve) => this.#server!.listen(0, "127.0.0.1", resolve));
    this.base = `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}/model/`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** Requests of a file. */
  requests(name: string): Sent[] {
    return this.log.filter((sent) => sent.name === name);
  }

  /** How many bytes of a file went out more than once, and how many never. */
  coverage(name: string): { twice: number; never: number } {
    const times = new Uint8Array(this.files[name]!.length);
    for (const { start, end } of this.requests(name)) for (let i = start; i < end; i++) times[i]! += 1;
    return { twice: times.filter((n) => n > 1).length, never: times.filter((n) => n === 0).length };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = request.url!.replace(/^\/\w+\//, "");
    const queue = this.faults[name] ?? [];
    const fault = (this.sticky && queue.length === 1 ? queue[0] : queue.shift()) ?? {};
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const sent: Sent = { name, status: 200, range: range !== null, start: 0, end: 0 };
    this.log.push(sent);
    this.busy += 1;
    this.mostBusy = Math.max(this.mostBusy, this.busy);
    try {
      await this.#send(sent, fault, range, response);
    } finally {
      this.busy -= 1;
    }
  }

  async #send(sent: Sent, fault: Fault, range: RegExpExecArray | null, response: ServerResponse): Promise<void> {
    const file = this.files[sent.name];
    const refuse = (status: number, headers: Record<string, string>, body?: string) => {
      sent.status = status;
      response.writeHead(status, headers).end(body);
    };
    if (fault.redirect) return refuse(302, { location: fault.redirect });
    if (fault.status || fault.body !== undefined) return refuse(fault.status ?? 200, fault.headers ?? {}, fault.body);
    if (!file) return refuse(404, { "content-type": "text/html" }, "<!doctype html><h1>Not found</h1>");
    const part = range !== null && this.ranges;
    const start = part ? Number(range[1]) : 0;
    const end = part && range[2] ? Math.min(file.length, Number(range[2]) + 1) : file.length;
    if (part && start >= file.length) return refuse(416, { "content-range": `bytes */${file.length}` });
    let body = Buffer.from(file.subarray(start, end));
    const { damageAt } = fault;
    if (damageAt !== undefined && damageAt >= start && damageAt < end) body[damageAt - start]! ^= 1;
    const headers: Record<string, string> = { ...fault.headers };
    if (this.etag) headers["etag"] = this.etag;
    if (part) headers["content-range"] = `bytes ${start}-${end - 1}/${file.length}`;
    if (this.gzip) {
      body = gzipSync(body);
      headers["content-encoding"] = "gzip";
    }
    if (this.lengths) headers["content-length"] = String(body.length);
    Object.assign(sent, { status: part ? 206 : 200, start, end: start });
    response.writeHead(sent.status, headers);
    const limit = fault.cutAfter ?? fault.endAfter ?? fault.stallAfter ?? body.length;
    for (let at = 0; at < limit && !response.destroyed; at += 16384) {
      if (this.delayMs) await sleep(this.delayMs);
      const piece = body.subarray(at, Math.min(at + 16384, limit));
      if (!response.write(piece)) await drained(response);
      sent.end += piece.length;
    }
    if (fault.stallAfter !== undefined) return;
    if (fault.cutAfter === undefined) return void response.end();
    await sleep(30); // what was sent has been read by then; a broken connection may lose the rest
    response.destroy();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

/** Bytes that look random and depend on `seed` alone. */
export function randomBytes(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state >>> 11;
  }
  return bytes;
}

/** The manifest of `files`, as `export/build.py` writes it; without chunk hashes when `chunkBytes` is 0. */
export function manifestOf(files: Record<string, Buffer>, chunkBytes: number, version = "1"): Buffer {
  const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
  const entries = Object.entries(files).map(([name, bytes]) => {
    const entry = { bytes: bytes.length, sha256: hash(bytes) };
    if (chunkBytes === 0 || bytes.length <= chunkBytes) return [name, entry];
    const starts = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) => i * chunkBytes);
    const chunks = starts.map((start) => hash(bytes.subarray(start, start + chunkBytes)));
    return [name, { ...entry, chunks }];
  });
  const sizes = chunkBytes === 0 ? {} : { chunk_bytes: chunkBytes };
  return Buffer.from(JSON.stringify({ model: "toy", version, ...sizes, files: Object.fromEntries(entries) }));
}
