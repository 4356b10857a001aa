import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DownloadEvent, type FolderOptions, ModelFolder } from "../runtime/download";
import type { Progress } from "../runtime/protocol";
import { manifestOf, ModelServer, randomBytes } from "./server";

// A real server: what a broken connection looks like is for the network to say.
const CHUNK = 65536;
const WEIGHTS = "onnx/model.onnx";
const weights = randomBytes(9 * CHUNK + 1234, 1);
const config = Buffer.from('{"model_type": "odin"}');

let server: ModelServer;
let events: DownloadEvent[];

beforeEach(async () => {
  server = new ModelServer();
  serve();
  events = [];
  await server.start();
});

afterEach(() => server.stop());

function serve(chunkBytes = CHUNK): void {
  const files = { "config.json": config, [WEIGHTS]: weights };
  server.files = { ...files, "manifest.json": manifestOf(files, chunkBytes) };
}

function open(options: FolderOptions = {}): Promise<ModelFolder> {
  const quick = { store: null, delays: [1, 1, 1, 1], onEvent: (event: DownloadEvent) => void events.push(event) };
  return ModelFolder.open(server.base, { ...quick, ...options });
}

const says = (words: RegExp) => expect.stringMatching(words) as unknown;
const same = (bytes: Uint8Array, expected: Buffer) => Buffer.from(bytes).equals(expected);

test("a large file comes in verified chunks, each once, over four connections at most", async () => {
  server.delayMs = 1;
  const folder = await open();
  const pieces = await folder.chunks(WEIGHTS);
  expect(pieces.map((piece) => piece.length)).toEqual([...Array(9).fill(CHUNK), 1234]);
  expect(pieces.every((piece) => piece.buffer.byteLength === piece.length)).toBe(true);
  expect(same(Buffer.concat(pieces), weights)).toBe(true);
  expect(server.coverage(WEIGHTS)).toEqual({ twice: 0, never: 0 });
  expect(server.requests(WEIGHTS)).toHaveLength(10);
  expect(server.mostBusy).toBeGreaterThan(1);
  expect(server.mostBusy).toBeLessThanOrEqual(4);
  expect(folder.bytes).toBe(weights.length + server.files["manifest.json"]!.length);
  expect(folder.cached).toBe(false);
  expect(same(await folder.read(WEIGHTS), weights)).toBe(true);
});

test("progress never exceeds its total and ends there", async () => {
  const seen: Progress[] = [];
  const folder = await open({ onProgress: (progress) => seen.push(progress) });
  folder.expect(["config.json", WEIGHTS]);
  await Promise.all([folder.json("config.json"), folder.read(WEIGHTS)]);
  const total = weights.length + config.length;
  expect(seen.every((progress) => progress.total === total && progress.loaded <= total)).toBe(true);
  expect(Math.max(...seen.map(({ loaded }) => loaded))).toBe(total);
  await folder.read(WEIGHTS);
  expect(seen.at(-1)).toEqual({ loaded: total, total, file: WEIGHTS });
});

test("a file of one chunk is asked for whole", async () => {
  expect(await (await open()).json("config.json")).toEqual({ model_type: "odin" });
  expect(server.requests("config.json")).toMatchObject([{ range: false, status: 200 }]);
});

test("after a break in the middle of a chunk it goes on at that byte", async () => {
  server.faults[WEIGHTS] = [{ cutAfter: 20_000 }, undefined, { cutAfter: 40_000 }];
  expect(same(await (await open()).read(WEIGHTS), weights)).toBe(true);
  expect(server.coverage(WEIGHTS)).toEqual({ twice: 0, never: 0 });
  expect(server.requests(WEIGHTS)).toHaveLength(12);
  expect(events.map(({ type }) => type)).toEqual(["retry", "retry"]);
});

test("a server that is busy is asked again", async () => {
  server.faults["config.json"] = [{ status: 503 }, { status: 429 }];
  expect(await (await open()).text("config.json")).toBe(config.toString());
  expect(events).toMatchObject([
    { type: "retry", tries: 1, reason: "status 503" },
    { type: "retry", tries: 2, reason: "status 429" },
  ]);
});

test("after five tries a download is given up", async () => {
  const folder = await open();
  server.sticky = true;
  server.faults["config.json"] = [{ status: 503 }];
  await expect(folder.read("config.json")).rejects.toMatchObject({ code: "network", message: says(/status 503/) });
  expect(server.requests("config.json")).toHaveLength(5);
  server.faults["config.json"] = [{ cutAfter: 0 }];
  await expect(folder.read("config.json")).rejects.toMatchObject({ code: "network" });
  await server.stop();
  const unreachable = { code: "network", message: says(/could not be reached/) };
  await expect(folder.read("config.json")).rejects.toMatchObject(unreachable);
  await expect(open()).rejects.toMatchObject({ code: "network" });
});

test("a download that cannot go on says how far it came", async () => {
  server.ranges = false;
  server.sticky = true;
  server.faults[WEIGHTS] = [{ cutAfter: 100_000 }];
  await expect((await open()).read(WEIGHTS)).rejects.toMatchObject({
    code: "truncated",
    message: says(/onnx\/model\.onnx stopped after 100\.0 kB of 591\.1 kB/),
  });
});

test("an answer that ends early in good order is a broken one", async () => {
  server.lengths = false;
  server.faults[WEIGHTS] = [{ endAfter: 20_000 }];
  expect(same(await (await open()).read(WEIGHTS), weights)).toBe(true);
  expect(server.coverage(WEIGHTS)).toEqual({ twice: 0, never: 0 });
});

test("tries are counted afresh when a connection brought something", async () => {
  serve(0);
  server.faults[WEIGHTS] = Array(5).fill({ cutAfter: 100_000 });
  expect(same(await (await open({ delays: [1] })).read(WEIGHTS), weights)).toBe(true);
  expect(server.requests(WEIGHTS)).toHaveLength(6);
});

test("a connection that falls silent counts as broken", async () => {
  server.faults[WEIGHTS] = [{ stallAfter: 16384 }];
  expect(same(await (await open({ stallMs: 100 })).read(WEIGHTS), weights)).toBe(true);
  expect(server.coverage(WEIGHTS)).toEqual({ twice: 0, never: 0 });
});

test("a damaged chunk is fetched once more, then refused", async () => {
  const damage = { damageAt: 2 * CHUNK + 7 };
  const third = () => server.requests(WEIGHTS).filter(({ start }) => start === 2 * CHUNK);
  server.faults[WEIGHTS] = [undefined, undefined, damage];
  const seen: Progress[] = [];
  const folder = await open({ connections: 1, onProgress: (progress) => seen.push(progress) });
  expect(same(await folder.read(WEIGHTS), weights)).toBe(true);
  expect(third()).toHaveLength(2);
  expect(server.requests(WEIGHTS)).toHaveLength(11);
  expect(events).toEqual([{ type: "damaged", file: WEIGHTS, start: 2 * CHUNK, from: "network" }]);
  expect(seen.every(({ loaded, total }) => loaded <= total && total === weights.length)).toBe(true);

  server.log = [];
  server.sticky = true;
  server.faults[WEIGHTS] = [damage];
  await expect((await open()).read(WEIGHTS)).rejects.toMatchObject({ code: "corrupt", message: says(/SHA-256/) });
  expect(third()).toHaveLength(2);
});

test("a server without ranges is read in one pass", async () => {
  server.ranges = false;
  server.faults[WEIGHTS] = [undefined];
  expect(same(await (await open()).read(WEIGHTS), weights)).toBe(true);
  expect(server.requests(WEIGHTS)).toHaveLength(1);
  expect(events).toEqual([{ type: "no-ranges", file: WEIGHTS }]);
});

test("a pass that breaks or brings a damaged chunk is taken up again", async () => {
  server.ranges = false;
  server.faults[WEIGHTS] = [{ cutAfter: 3 * CHUNK + 5 }, { damageAt: 5 * CHUNK }];
  expect(same(await (await open()).read(WEIGHTS), weights)).toBe(true);
  expect(server.requests(WEIGHTS)).toHaveLength(3);
  expect(events.map(({ type }) => type)).toEqual(["no-ranges", "retry", "damaged"]);
});

test.each([
  ["whole", false],
  ["even parts", true],
])("a server that compresses %s is read in one pass", async (_, ranges) => {
  Object.assign(server, { gzip: true, ranges });
  expect(same(await (await open()).read(WEIGHTS), weights)).toBe(true);
  expect(server.requests(WEIGHTS).at(-1)).toMatchObject({ status: 200 });
});

test("a manifest without chunk hashes: one piece, resumed and verified", async () => {
  serve(0);
  server.faults[WEIGHTS] = [{ cutAfter: 200_000 }];
  const pieces = await (await open()).chunks(WEIGHTS);
  expect(pieces).toHaveLength(1);
  expect(same(pieces[0]!, weights)).toBe(true);
  expect(server.coverage(WEIGHTS)).toEqual({ twice: 0, never: 0 });
  server.sticky = true;
  server.faults[WEIGHTS] = [{ damageAt: 100 }];
  await expect((await open()).read(WEIGHTS)).rejects.toMatchObject({ code: "corrupt" });
});

test.each([
  ["known", true],
  ["unknown", false],
])("without a manifest, length %s: streamed and resumed", async (_, lengths) => {
  delete server.files["manifest.json"];
  server.lengths = lengths;
  server.faults[WEIGHTS] = [{ cutAfter: 100_000 }];
  const folder = await open();
  expect(folder.manifest).toBeUndefined();
  expect(same(await folder.read(WEIGHTS), weights)).toBe(true);
  expect(server.coverage(WEIGHTS)).toEqual({ twice: 0, never: 0 });
  expect(await folder.text("config.json")).toBe(config.toString());
});

test("without a manifest a file that changes in the middle is refused", async () => {
  delete server.files["manifest.json"];
  server.faults[WEIGHTS] = [{ cutAfter: 100_000, headers: {} }];
  server.etag = '"one"';
  const reading = open({ onEvent: () => (server.etag = '"two"') }).then((folder) => folder.read(WEIGHTS));
  await expect(reading).rejects.toMatchObject({ code: "corrupt", message: says(/was changed/) });
});

test("a file of another length than the manifest names", async () => {
  server.files[WEIGHTS] = weights.subarray(0, 3 * CHUNK);
  await expect((await open()).read(WEIGHTS)).rejects.toMatchObject({ code: "truncated" });
  server.files[WEIGHTS] = Buffer.concat([weights, weights]);
  await expect((await open()).read(WEIGHTS)).rejects.toMatchObject({ code: "corrupt" });
  server.files["config.json"] = config.subarray(1);
  await expect((await open()).read("config.json")).rejects.toMatchObject({ code: "truncated" });
});

test("a range that is refused (416) leads to the whole file", async () => {
  server.faults[WEIGHTS] = [{ status: 416 }];
  expect(same(await (await open()).read(WEIGHTS), weights)).toBe(true);
  expect(server.requests(WEIGHTS).map(({ range }) => range)).toEqual([true, false]);
});

test("a redirect is followed", async () => {
  server.faults["config.json"] = [{ redirect: "/elsewhere/config.json" }];
  expect(await (await open()).text("config.json")).toBe(config.toString());
});

test("what is not there, with a page or without", async () => {
  const folder = await open();
  await expect(folder.read("tokenizer.json")).rejects.toMatchObject({ code: "not-found", message: says(/404/) });
  expect(await folder.json("tokenizer.json", { optional: true })).toBeUndefined();
  expect(server.requests("tokenizer.json")).toHaveLength(1); // the manifest told already that it is not there
  server.faults["config.json"] = [{ status: 403 }];
  await expect(folder.read("config.json")).rejects.toMatchObject({ code: "not-found", message: says(/status 403/) });
  delete server.files["manifest.json"];
  expect(await (await open()).json("tokenizer.json", { optional: true })).toBeUndefined();
  server.faults["tokenizer.json"] = [{ status: 500 }];
  server.sticky = true;
  await expect((await open()).text("tokenizer.json", { optional: true })).rejects.toMatchObject({ code: "network" });
});

test("a web page in place of a file is named as such", async () => {
  const page = { body: "<!doctype html><p>Sign in", headers: { "content-type": "text/html" } };
  const folder = await open();
  server.sticky = true;
  server.faults["config.json"] = [page];
  await expect(folder.json("config.json")).rejects.toMatchObject({ code: "corrupt", message: says(/web page/) });
  server.faults["manifest.json"] = [page];
  await expect(open()).rejects.toMatchObject({ code: "corrupt", message: says(/web page/) });
  delete server.faults["manifest.json"];
  delete server.files["manifest.json"];
  server.faults["config.json"] = [{ body: "<p>Sign in" }];
  const bare = await open();
  await expect(bare.json("config.json")).rejects.toMatchObject({ code: "corrupt", message: says(/web page/) });
});

test("a damaged manifest is refused, one of another kind is none", async () => {
  const good = JSON.parse(manifestOf({ [WEIGHTS]: weights }, CHUNK).toString());
  const entry = good.files[WEIGHTS];
  const bad = [
    [{ ...good, chunk_bytes: undefined }, "no chunk_bytes"],
    [{ ...good, chunk_bytes: CHUNK / 2 }, "19 SHA-256 of the chunks"],
    [{ ...good, files: { [WEIGHTS]: { ...entry, chunks: [...entry.chunks.slice(1), "0"] } } }, "10 SHA-256"],
    [{ ...good, files: { [WEIGHTS]: { ...entry, bytes: "9" } } }, "no size"],
    [{ ...good, files: { [WEIGHTS]: { ...entry, sha256: "xyz" } } }, "no SHA-256"],
  ];
  for (const [manifest, words] of bad) {
    server.files["manifest.json"] = Buffer.from(JSON.stringify(manifest));
    await expect(open()).rejects.toMatchObject({ code: "corrupt", message: expect.stringContaining(words) });
  }
  server.files["manifest.json"] = Buffer.from('{"name": "a web app"}');
  expect((await open()).manifest).toBeUndefined();
  server.files["manifest.json"] = Buffer.from('{"files": ');
  await expect(open()).rejects.toMatchObject({ code: "corrupt", message: says(/not JSON/) });
});

test("an empty file", async () => {
  const files = { "empty.txt": Buffer.alloc(0) };
  server.files = { ...files, "manifest.json": manifestOf(files, CHUNK) };
  expect(await (await open()).text("empty.txt")).toBe("");
  delete server.files["manifest.json"];
  expect(await (await open()).text("empty.txt")).toBe("");
});

test("a signal stops at once", async () => {
  const controller = new AbortController();
  server.delayMs = 20;
  const folder = await open({ signal: controller.signal });
  const reading = folder.read(WEIGHTS);
  setTimeout(() => controller.abort(), 50);
  const started = performance.now();
  await expect(reading).rejects.toMatchObject({ code: "aborted" });
  expect(performance.now() - started).toBeLessThan(500);
  await expect(folder.read("config.json")).rejects.toMatchObject({ code: "aborted" });
  await expect(open({ signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
});

test("a signal stops the waiting for another try", async () => {
  const controller = new AbortController();
  server.faults["config.json"] = [{ status: 503 }];
  const onEvent = () => controller.abort();
  const folder = await open({ signal: controller.signal, delays: [60_000], onEvent });
  await expect(folder.read("config.json")).rejects.toMatchObject({ code: "aborted" });
});

test("addresses", async () => {
  const slashless = `${server.base.slice(0, -1)}?x#y`;
  expect((await ModelFolder.open(slashless, { store: null })).base).toBe(server.base);
  await expect(ModelFolder.open("http://", { store: null })).rejects.toMatchObject({ code: "bad-option" });
});

test("where there is no Web Cryptography the hashes are the same", async () => {
  const { sha256Hex } = await import("../runtime/download/hash");
  const bytes = new Uint8Array(randomBytes((5 << 20) + 3, 7));
  const expected = createHash("sha256").update(bytes).digest("hex");
  expect(await sha256Hex(bytes)).toBe(expected);
  const { subtle } = globalThis.crypto;
  Object.defineProperty(globalThis.crypto, "subtle", { value: undefined, configurable: true });
  try {
    expect(await sha256Hex(bytes)).toBe(expected);
  } finally {
    Object.defineProperty(globalThis.crypto, "subtle", { value: subtle, configurable: true });
  }
});
