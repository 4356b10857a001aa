import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { clearCache, ModelFolder, storedModels } from "../runtime/download";
import { fetchFile } from "../runtime/download/fetch.node";
import { cacheFolder, fileStore } from "../runtime/download/node";
import { manifestOf, ModelServer, randomBytes } from "./server";

const CHUNK = 65536;
const WEIGHTS = "onnx/model.onnx";
const weights = randomBytes(3 * CHUNK + 5, 4);
const files = { "config.json": Buffer.from("{}"), "empty.txt": Buffer.alloc(0), [WEIGHTS]: weights };
const all = { ...files, "manifest.json": manifestOf(files, CHUNK) };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "odin-download-"));
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function modelOnDisk(): Promise<string> {
  const model = join(folder, "a model");
  await mkdir(join(model, "onnx"), { recursive: true });
  for (const [name, bytes] of Object.entries(all)) await writeFile(join(model, name), bytes);
  return model;
}

test("a folder on the disk, by path and by address, with chunk hashes and without a manifest", async () => {
  const model = await modelOnDisk();
  for (const address of [model, relative(process.cwd(), model), pathToFileURL(model).href]) {
    const opened = await ModelFolder.open(address);
    const pieces = await opened.chunks(WEIGHTS);
    expect(pieces.map((piece) => piece.length)).toEqual([CHUNK, CHUNK, CHUNK, 5]);
    expect(Buffer.concat(pieces).equals(weights)).toBe(true);
    expect(await opened.text("empty.txt")).toBe("");
    expect(opened.cached).toBe(false);
  }
  await rm(join(model, "manifest.json"));
  const bare = await ModelFolder.open(model);
  expect(Buffer.from(await bare.read(WEIGHTS)).equals(weights)).toBe(true);
  expect(await bare.text("empty.txt")).toBe("");
  expect(await bare.text("nothing.txt", { optional: true })).toBeUndefined();
  await expect(bare.read("onnx")).rejects.toMatchObject({ code: "not-found" });
  expect(existsSync(cacheFolder())).toBe(false);
});

test("the chunk layout on the disk, and from a server into the user's cache", async () => {
  const model = await modelOnDisk();
  const manifest = { ...JSON.parse(all["manifest.json"].toString()), chunks_at: "chunks/" };
  await rm(join(model, "onnx"), { recursive: true });
  await mkdir(join(model, "chunks"));
  const chunks = (manifest.files[WEIGHTS].chunks as string[]).map((hash, i) => {
    return [`chunks/${hash}`, weights.subarray(i * CHUNK, (i + 1) * CHUNK)] as const;
  });
  const server = new ModelServer();
  server.files = { ...Object.fromEntries(chunks), "manifest.json": Buffer.from(JSON.stringify(manifest)) };
  for (const [name, bytes] of Object.entries(server.files)) await writeFile(join(model, name), bytes);
  expect(Buffer.from(await (await ModelFolder.open(model)).read(WEIGHTS)).equals(weights)).toBe(true);
  await server.start();
  expect(Buffer.from(await (await ModelFolder.open(server.base)).read(WEIGHTS)).equals(weights)).toBe(true);
  server.log = [];
  expect(Buffer.from(await (await ModelFolder.open(server.base)).read(WEIGHTS)).equals(weights)).toBe(true);
  expect(server.log.map(({ name }) => name)).toEqual(["manifest.json"]);
  await server.stop();
  const [name, bytes] = chunks[1]!;
  await writeFile(join(model, name), bytes.toReversed());
  await expect((await ModelFolder.open(model)).read(WEIGHTS)).rejects.toMatchObject({ code: "corrupt" });
});

test("a damaged folder on the disk is refused", async () => {
  const model = await modelOnDisk();
  const damaged = Buffer.from(weights);
  damaged[CHUNK]! ^= 1;
  await writeFile(join(model, WEIGHTS), damaged);
  await expect((await ModelFolder.open(model)).read(WEIGHTS)).rejects.toMatchObject({ code: "corrupt" });
  await writeFile(join(model, WEIGHTS), weights.subarray(0, CHUNK));
  await expect((await ModelFolder.open(model)).read(WEIGHTS)).rejects.toMatchObject({ code: "truncated" });
});

test("what comes from a server is kept in the user's cache, and loaded without it", async () => {
  const server = new ModelServer();
  server.files = all;
  await server.start();
  const first = await ModelFolder.open(server.base);
  expect(Buffer.from(await first.read(WEIGHTS)).equals(weights)).toBe(true);
  await first.finish();
  expect(first.cached).toBe(true);
  await server.stop();
  const second = await ModelFolder.open(server.base);
  const pieces = await second.chunks(WEIGHTS);
  expect(pieces.every((piece) => piece.buffer.byteLength === piece.length)).toBe(true);
  expect(Buffer.concat(pieces).equals(weights)).toBe(true);
  expect(await storedModels()).toMatchObject([{ base: server.base, version: "1", bytes: weights.length }]);
  const stored = await readdir(join(cacheFolder(), "chunks"));
  expect(stored.every((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true);
  await clearCache();
  expect(await storedModels()).toEqual([]);
});

test("the cache folder", () => {
  expect(cacheFolder()).toBe(join(folder, "cache", "odin-llm"));
  vi.stubEnv("XDG_CACHE_HOME", "");
  expect(cacheFolder()).toBe(join(homedir(), ".cache", "odin-llm"));
});

test("a store that cannot be written leaves nothing half-written", async () => {
  const store = fileStore(join(folder, "cache"));
  await mkdir(join(folder, "cache", "chunks", "ab"), { recursive: true });
  await writeFile(join(folder, "cache", "chunks", "ab", "x"), "x");
  await expect(store.put("ab", new Uint8Array(3))).rejects.toThrow(); // a folder cannot be replaced by a file
  expect(await readdir(join(folder, "cache", "chunks"))).toEqual(["ab"]);
});

test("what a killed process left behind is removed after a day", async () => {
  const chunks = join(folder, "cache", "chunks");
  const store = fileStore(join(folder, "cache"));
  await store.prepare();
  const [old, young] = [join(chunks, "a.1.partial"), join(chunks, "b.2.partial")];
  for (const path of [old, young]) await writeFile(path, "half");
  await utimes(old, 0, Date.now() / 1000 - 2 * 24 * 3600);
  expect(await store.prepare()).toBeGreaterThan(0);
  expect(await readdir(chunks)).toEqual(["b.2.partial"]);
});

test("a damaged record is no model", async () => {
  const store = fileStore(join(folder, "cache"));
  await store.remember({ base: "http://a/", opened: 1, manifest: "{}" });
  await writeFile(join(folder, "cache", "models", "x.json"), "{");
  expect(await store.models()).toEqual([{ base: "http://a/", opened: 1, manifest: "{}" }]);
});

test("a request that has been stopped reads no file", async () => {
  const model = pathToFileURL(await modelOnDisk());
  const stopped = fetchFile(`${model}/${WEIGHTS}`, { signal: AbortSignal.abort() });
  await expect(stopped).rejects.toThrow(/abort/);
});
