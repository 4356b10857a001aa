/** The chunk layout, as `python -m export.chunks` writes it: chunks are files, and no server has to know ranges. */

import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type DownloadEvent, type FolderOptions, ModelFolder } from "../runtime/download";
import type { Progress } from "../runtime/protocol";
import { FakeCaches, FakeLocks } from "./fakes";
import { manifestOf, ModelServer, randomBytes } from "./server";

const CHUNK = 65536;
const CHUNKS = 6;
const WEIGHTS = "onnx/model.onnx";
const weights = randomBytes((CHUNKS - 1) * CHUNK + 1234, 1);
const config = Buffer.from('{"model_type": "odin"}');
const tokenizer = randomBytes(3000, 2);
const says = (words: RegExp) => expect.stringMatching(words) as unknown;
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const same = (bytes: Uint8Array, expected: Buffer) => Buffer.from(bytes).equals(expected);

let server: ModelServer;
let events: DownloadEvent[];
let caches: FakeCaches;
/** The option `store` for the browser's own. */
const browserStore = undefined as never;

beforeEach(async () => {
  caches = new FakeCaches();
  vi.stubGlobal("caches", caches);
  server = new ModelServer();
  server.files = chunked(weights);
  events = [];
  await server.start();
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await server.stop();
});

/** A folder in chunk layout: the weights in chunks, the tokenizer as the one chunk that it is, the rest as it is. */
function chunked(content: Buffer, version = "1"): Record<string, Buffer> {
  const files = { "config.json": config, "tokenizer.json": tokenizer, [WEIGHTS]: content };
  const manifest = JSON.parse(manifestOf(files, CHUNK, version).toString());
  manifest.chunks_at = "chunks/";
  manifest.files["tokenizer.json"].chunks = [manifest.files["tokenizer.json"].sha256];
  const chunks: Record<string, Buffer> = { [at(tokenizer)]: tokenizer };
  for (const piece of piecesOf(content)) chunks[at(piece)] = piece;
  return { "config.json": config, ...chunks, "manifest.json": Buffer.from(JSON.stringify(manifest)) };
}

const at = (bytes: Uint8Array) => `chunks/${sha256(bytes)}`;

function piecesOf(content: Buffer): Buffer[] {
  const starts = Array.from({ length: Math.ceil(content.length / CHUNK) }, (_, i) => i * CHUNK);
  return starts.map((start) => content.subarray(start, start + CHUNK));
}

const chunk = (i: number, content = weights) => at(piecesOf(content)[i]!);

function open(options: FolderOptions = {}): Promise<ModelFolder> {
  const onEvent = (event: DownloadEvent) => void events.push(event);
  return ModelFolder.open(server.base, { store: null, delays: [1, 1, 1, 1], onEvent, ...options });
}

async function load(options: FolderOptions = {}): Promise<ModelFolder> {
  const folder = await open(options);
  const read = await Promise.all(["config.json", "tokenizer.json", WEIGHTS].map((name) => folder.read(name)));
  expect(read.every((bytes, i) => same(bytes, [config, tokenizer, weights][i]!))).toBe(true);
  await folder.finish();
  return folder;
}

test("chunks are asked for whole, each once, over four connections at most", async () => {
  server.delayMs = 1;
  server.ranges = false;
  const seen: Progress[] = [];
  const folder = await open({ onProgress: (progress) => seen.push(progress) });
  folder.expect(["tokenizer.json", WEIGHTS]);
  const [pieces, read] = await Promise.all([folder.chunks(WEIGHTS), folder.read("tokenizer.json")]);
  expect(same(Buffer.concat(pieces), weights)).toBe(true);
  expect(pieces.every((piece) => piece.buffer.byteLength === piece.length)).toBe(true);
  expect(same(read, tokenizer)).toBe(true);
  const names = server.log.map(({ name }) => name);
  expect(names.toSorted()).toEqual(Object.keys(server.files).filter((name) => name !== "config.json").toSorted());
  expect(server.log.every(({ range, status }) => !range && status === 200)).toBe(true);
  expect(server.mostBusy).toBeGreaterThan(1);
  expect(server.mostBusy).toBeLessThanOrEqual(4);
  expect(events).toEqual([]);
  expect(Math.max(...seen.map(({ loaded }) => loaded))).toBe(weights.length + tokenizer.length);
});

test.each([true, false])("a break in the middle of a chunk, with ranges: %s", async (ranges) => {
  server.ranges = ranges;
  server.faults[chunk(2)] = [{ cutAfter: 20_000 }];
  await load();
  expect(events.map(({ type, ...event }) => [type, "file" in event && event.file])).toEqual([["retry", WEIGHTS]]);
  expect(server.requests(chunk(2))).toMatchObject([
    { range: false, start: 0 },
    { range: true, start: ranges ? 20_000 : 0, end: CHUNK },
  ]);
  expect(server.log).toHaveLength(Object.keys(server.files).length + 1);
});

test.each([true, false])("compressed chunks, broken off in the middle, with ranges: %s", async (ranges) => {
  Object.assign(server, { gzip: true, ranges });
  server.faults[chunk(2)] = [{ cutAfter: 20_000 }];
  await load();
  expect(server.requests(chunk(2)).at(-1)).toMatchObject({ status: 200, start: 0 });
});

test.each(["kept", "not kept"])("equal chunks, %s, are fetched once and have buffers of their own", async (kept) => {
  const repeated = Buffer.concat([weights.subarray(0, CHUNK), Buffer.alloc(3 * CHUNK), weights.subarray(0, CHUNK)]);
  server.files = chunked(repeated);
  const seen: Progress[] = [];
  const onProgress = (progress: Progress) => void seen.push(progress);
  const folder = await open({ onProgress, ...(kept === "kept" && { store: browserStore }) });
  const pieces = await folder.chunks(WEIGHTS);
  expect(same(Buffer.concat(pieces), repeated)).toBe(true);
  expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBe(5);
  const once = [Buffer.from(weights.subarray(0, CHUNK)), Buffer.alloc(CHUNK)].map(at);
  expect(server.log.slice(1).map(({ name }) => name)).toEqual(once);
  expect(seen.at(-1)!.loaded).toBe(repeated.length);
});

test("a second load asks for the manifest only, and finds chunks that the other layout left", async () => {
  await load({ store: browserStore });
  server.log = [];
  await load({ store: browserStore });
  expect(server.log.map(({ name }) => name)).toEqual(["manifest.json"]);
  const files = { "config.json": config, "tokenizer.json": tokenizer, [WEIGHTS]: weights };
  server.files = { ...files, "manifest.json": manifestOf(files, CHUNK, "2") };
  server.log = [];
  await load({ store: browserStore });
  expect(server.log.map(({ name }) => name)).toEqual(["manifest.json"]);
});

test("after a closed tab only the chunks that are missing are asked for", async () => {
  const controller = new AbortController();
  const onProgress = ({ loaded }: Progress) => loaded > 2.5 * CHUNK && controller.abort();
  const stopped = await open({ store: browserStore, connections: 2, signal: controller.signal, onProgress });
  await expect(stopped.read(WEIGHTS)).rejects.toMatchObject({ code: "aborted" });
  const there = new Set(caches.chunks.map((hash) => `chunks/${hash}`));
  expect(there.size).toBeGreaterThanOrEqual(1);
  expect(there.size).toBeLessThan(CHUNKS);
  await new Promise((resolve) => setTimeout(resolve, 100)); // a request may be on its way still
  server.log = [];
  await (await open({ store: browserStore })).read(WEIGHTS);
  const missing = piecesOf(weights).map(at).filter((name) => !there.has(name));
  expect(server.log.slice(1).map(({ name }) => name).toSorted()).toEqual(missing.toSorted());
});

test("a new version fetches the chunk that changed", async () => {
  await load({ store: browserStore });
  const changed = Buffer.from(weights);
  changed[3 * CHUNK + 10]! ^= 1;
  server.files = chunked(changed, "2");
  server.log = [];
  const folder = await open({ store: browserStore });
  expect(same(await folder.read(WEIGHTS), changed)).toBe(true);
  expect(server.log.map(({ name }) => name)).toEqual(["manifest.json", chunk(3, changed)]);
  await folder.finish();
  expect(caches.chunks).not.toContain(sha256(piecesOf(weights)[3]!));
});

test("two tabs fetch each chunk once", async () => {
  vi.stubGlobal("navigator", { locks: new FakeLocks() });
  server.delayMs = 1;
  await Promise.all([load({ store: browserStore }), load({ store: browserStore })]);
  for (const piece of piecesOf(weights)) expect(server.requests(at(piece))).toHaveLength(1);
});

test("a damaged chunk is fetched once more, then refused", async () => {
  server.faults[chunk(1)] = [{ damageAt: 7 }];
  await load();
  expect(events).toEqual([{ type: "damaged", file: WEIGHTS, start: CHUNK, from: "network" }]);
  server.sticky = true;
  server.faults[chunk(1)] = [{ damageAt: 7 }];
  server.log = [];
  await expect((await open()).read(WEIGHTS)).rejects.toMatchObject({ code: "corrupt", message: says(/SHA-256/) });
  expect(server.requests(chunk(1))).toHaveLength(2);
});

test("a chunk that is missing, short, or given up", async () => {
  const { [chunk(1)]: second, ...others } = server.files;
  server.files = others;
  const gone = { code: "not-found", message: says(/chunks\/[0-9a-f]{64} is not there \(404\)/) };
  await expect((await open()).read(WEIGHTS)).rejects.toMatchObject(gone);
  server.files = { ...others, [chunk(1)]: second!.subarray(1) };
  await expect((await open()).read(WEIGHTS)).rejects.toMatchObject({ code: "truncated" });
  server.files = { ...others, [chunk(1)]: second! };
  server.sticky = true;
  server.faults[chunk(1)] = [{ status: 503 }];
  await expect((await open({ connections: 1 })).read(WEIGHTS)).rejects.toMatchObject({
    code: "truncated",
    message: says(/onnx\/model\.onnx stopped after \d+\.\d kB of 328\.9 kB/),
  });
});

test.each([7, "", "chunks", "/chunks/", "../chunks/", "a/../chunks/", "https://elsewhere.test/", "//elsewhere.test/"])(
  "chunks at %j are refused before anything large is asked for",
  async (chunks_at) => {
    const manifest = JSON.parse(server.files["manifest.json"]!.toString());
    server.files["manifest.json"] = Buffer.from(JSON.stringify({ ...manifest, chunks_at }));
    await expect(open()).rejects.toMatchObject({ code: "corrupt", message: says(/chunks_at has to be a folder/) });
    expect(server.log).toHaveLength(1);
  },
);
