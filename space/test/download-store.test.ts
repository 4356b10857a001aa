import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { clearCache, type DownloadEvent, type FolderOptions, ModelFolder, storedModels } from "../runtime/download";
import type { Progress } from "../runtime/protocol";
import { FakeCaches, FakeLocks } from "./fakes";
import { manifestOf, ModelServer, randomBytes } from "./server";

const CHUNK = 65536;
const CHUNKS = 8;
const WEIGHTS = "onnx/model.onnx";
const one = randomBytes(CHUNKS * CHUNK, 1);
const config = Buffer.from('{"model_type": "odin"}');
const NAMES = ["config.json", WEIGHTS];

let server: ModelServer;
let others: ModelServer[];
let events: DownloadEvent[];
let caches: FakeCaches;

beforeEach(async () => {
  server = new ModelServer();
  others = [];
  publish(one, "1");
  events = [];
  caches = new FakeCaches();
  vi.stubGlobal("caches", caches);
  await server.start();
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all([server, ...others].map((each) => each.stop()));
});

function publish(weights: Buffer, version: string, on = server): void {
  const files = { "config.json": config, [WEIGHTS]: weights };
  on.files = { ...files, "manifest.json": manifestOf(files, CHUNK, version) };
}

/** The same weights with one chunk changed. */
function changed(chunk: number): Buffer {
  const weights = Buffer.from(one);
  weights[chunk * CHUNK + 10]! ^= 1;
  return weights;
}

function open(options: FolderOptions = {}, on = server): Promise<ModelFolder> {
  const onEvent = (event: DownloadEvent) => void events.push(event);
  return ModelFolder.open(on.base, { delays: [1, 1, 1, 1], onEvent, ...options });
}

async function load(options: FolderOptions = {}, on = server): Promise<ModelFolder> {
  const folder = await open(options, on);
  folder.expect(NAMES);
  const [, weights] = await Promise.all(NAMES.map((name) => folder.read(name)));
  expect(Buffer.from(weights!).equals(on.files[WEIGHTS]!)).toBe(true);
  await folder.finish();
  return folder;
}

async function another(weights: Buffer): Promise<ModelServer> {
  const other = new ModelServer();
  others.push(other);
  publish(weights, "1", other);
  await other.start();
  return other;
}

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const chunk = (weights: Buffer, i: number) => hashOf(weights.subarray(i * CHUNK, (i + 1) * CHUNK));
const clean = { twice: 0, never: 0 };

test("a second load asks for the manifest only", async () => {
  const first = await load();
  expect(first.cached).toBe(true);
  expect(caches.chunks).toHaveLength(CHUNKS + 1);
  server.log = [];
  const seen: Progress[] = [];
  const second = await load({ onProgress: (progress) => seen.push(progress) });
  expect(server.log.map(({ name }) => name)).toEqual(["manifest.json"]);
  expect(second.bytes).toBe(server.files["manifest.json"]!.length);
  expect(seen.at(-1)).toMatchObject({ loaded: one.length + config.length, total: one.length + config.length });
  expect(events).toEqual([]);
});

test("after a closed tab only what is missing is fetched", async () => {
  const controller = new AbortController();
  const onProgress = ({ loaded }: Progress) => loaded > 3.5 * CHUNK && controller.abort();
  const folder = await open({ connections: 2, signal: controller.signal, onProgress });
  await expect(folder.read(WEIGHTS)).rejects.toMatchObject({ code: "aborted" });
  const there = new Set(caches.chunks);
  expect(there.size).toBeGreaterThanOrEqual(2);
  expect(there.size).toBeLessThan(CHUNKS);
  await new Promise((resolve) => setTimeout(resolve, 100)); // a request may be on its way still
  server.log = [];
  await load();
  const fetched = server.requests(WEIGHTS).map(({ start }) => start / CHUNK);
  const missing = Array.from({ length: CHUNKS }, (_, i) => i).filter((i) => !there.has(chunk(one, i)));
  expect(fetched.sort()).toEqual(missing);
});

test("what the network broke off is stored and not fetched twice", async () => {
  server.faults[WEIGHTS] = [undefined, undefined, undefined, { cutAfter: 1000 }, { status: 503 }];
  await expect(load({ delays: [], connections: 1 })).rejects.toMatchObject({ code: "truncated" });
  expect(caches.chunks.length).toBeGreaterThanOrEqual(3);
  const sent = server.requests(WEIGHTS).slice(0, 3);
  server.log = sent;
  await load();
  expect(server.coverage(WEIGHTS)).toEqual(clean);
});

test.each(["flipped", "short"])("a %s chunk in the store is deleted and fetched again, alone", async (damage) => {
  await load();
  const url = [...caches.entries.keys()].find((key) => key.endsWith(chunk(one, 3)))!;
  const stored = caches.entries.get(url)!;
  if (damage === "flipped") stored[0]! ^= 1;
  else caches.entries.set(url, stored.slice(1));
  server.log = [];
  await load();
  expect(server.requests(WEIGHTS)).toMatchObject([{ start: 3 * CHUNK, end: 4 * CHUNK }]);
  expect(events).toEqual([{ type: "damaged", file: WEIGHTS, start: 3 * CHUNK, from: "store" }]);
  expect(hashOf(caches.entries.get(url)!)).toBe(chunk(one, 3));
});

test("a new version: what changed is fetched, and the old is deleted when the new one is complete", async () => {
  await load();
  const two = changed(5);
  publish(two, "2");
  server.log = [];
  const folder = await open();
  await folder.read(WEIGHTS);
  expect(server.requests(WEIGHTS)).toMatchObject([{ start: 5 * CHUNK, end: 6 * CHUNK }]);
  expect(caches.chunks).toContain(chunk(one, 5));
  await folder.finish();
  expect(caches.chunks).not.toContain(chunk(one, 5));
  expect(caches.chunks).toContain(chunk(two, 5));
  expect(caches.chunks).toHaveLength(CHUNKS + 1);
});

test("without a network the last complete version is loaded", async () => {
  await load();
  publish(changed(5), "2");
  await open(); // its loading has begun, no more
  await server.stop();
  events = [];
  const folder = await open();
  expect(folder.manifest?.version).toBe("1");
  expect(Buffer.from(await folder.read(WEIGHTS)).equals(one)).toBe(true);
  expect(await folder.json("chat_template.json", { optional: true })).toBeUndefined();
  expect(folder.bytes).toBe(0);
  expect(events).toMatchObject([{ type: "offline" }]);
  await expect(folder.read("tokenizer.json")).rejects.toMatchObject({ code: "network" });
});

test.each([
  ["that answers 503", { status: 503 }],
  ["that wants a login", { body: "<!doctype html>", headers: { "content-type": "text/html" } }],
  ["that hangs", { stallAfter: 0 }],
])("a network %s is as good as none", async (_, fault) => {
  await load();
  server.sticky = true;
  for (const name of [...NAMES, "manifest.json"]) server.faults[name] = [fault];
  await load({ stallMs: 50 });
  expect(events).toMatchObject([{ type: "offline" }]);
});

test("a server without ranges: only the missing part of the pass is used, and it ends there", async () => {
  server.ranges = false;
  const controller = new AbortController();
  const onProgress = ({ loaded }: Progress) => loaded > 3.5 * CHUNK && controller.abort();
  await expect((await open({ signal: controller.signal, onProgress })).read(WEIGHTS)).rejects.toThrow();
  const before = caches.chunks.length;
  expect(before).toBeGreaterThanOrEqual(3);
  for (const i of [6, 7]) {
    const url = `https://odin-llm.invalid/chunk/${chunk(one, i)}`;
    caches.entries.set(url, new Uint8Array(one.subarray(i * CHUNK, (i + 1) * CHUNK)));
  }
  server.log = [];
  server.delayMs = 5;
  await load();
  const [pass] = server.requests(WEIGHTS);
  expect(server.requests(WEIGHTS)).toHaveLength(1);
  expect(pass!.end).toBeGreaterThanOrEqual(6 * CHUNK);
  expect(pass!.end).toBeLessThan(8 * CHUNK);
});

describe.each([
  ["locks that tabs share", true],
  ["no locks but this thread's", false],
])("two readers at once, with %s", (_, shared) => {
  let locks: FakeLocks;
  beforeEach(() => {
    locks = new FakeLocks();
    if (shared) vi.stubGlobal("navigator", { locks });
    server.delayMs = 1;
  });

  test.each([true, false])("share the work (ranges: %s)", async (ranges) => {
    server.ranges = ranges;
    await Promise.all([load(), load()]);
    expect(server.coverage(WEIGHTS)).toEqual(clean);
    expect(server.requests("config.json")).toHaveLength(1);
    expect(locks.names.length > 0).toBe(shared);
  });

  test("the second one does not read a pass (no ranges) that the first one is reading", async () => {
    server.ranges = false;
    let second: Promise<ModelFolder> | undefined;
    await load({ onProgress: ({ loaded }) => loaded > 3.5 * CHUNK && (second ??= load()) });
    expect((await second!).bytes).toBe(server.files["manifest.json"]!.length);
  });

  test("one goes on when the other is stopped", async () => {
    const controller = new AbortController();
    const stopped = load({ signal: controller.signal });
    const other = load();
    setTimeout(() => controller.abort(), 10);
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    await other;
  });
});

test("who gives up waiting for a lock lets nobody past the one that holds it", async () => {
  const { exclusively } = await import("../runtime/download/locks");
  const [controller, never] = [new AbortController(), new AbortController().signal];
  const order: string[] = [];
  let release!: () => void;
  const first = exclusively("x", never, () => new Promise<void>((resolve) => (release = resolve)));
  const second = exclusively("x", controller.signal, async () => void order.push("second"));
  const third = exclusively("x", never, async () => void order.push("third"));
  controller.abort();
  await expect(second).rejects.toThrow("aborted");
  order.push("released");
  release();
  await Promise.all([first, third]);
  expect(order).toEqual(["released", "third"]);
});

describe("quota", () => {
  /** Room for `models` models and a bit, records included. */
  function room(models: number): void {
    caches.quota = models * (one.length + config.length) + 20_000;
  }

  test("other models make room, the one opened longest ago first", async () => {
    const [a, b] = [await another(randomBytes(one.length, 2)), await another(randomBytes(one.length, 3))];
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      for (const [i, each] of [a, b, server].entries()) {
        vi.setSystemTime(1000 * i);
        if (each === server) room(2);
        expect((await load({}, each)).cached).toBe(true);
      }
    } finally {
      vi.useRealTimers();
    }
    expect(events).toMatchObject([{ type: "evicted", base: a.base, bytes: one.length + config.length }]);
    expect((await storedModels()).map(({ base }) => base)).toEqual([server.base, b.base]);
    server.log = [];
    await load();
    expect(server.log).toHaveLength(1);
  });

  test("an estimate that is too small makes room before the download", async () => {
    const a = await another(randomBytes(one.length, 2));
    await load({}, a);
    const estimate = async () => ({ quota: 1.2 * one.length, usage: caches.usage });
    const persist = () => new Promise(() => {}); // as a browser without a screen does
    vi.stubGlobal("navigator", { storage: { estimate, persist } });
    await load();
    expect(events).toMatchObject([{ type: "evicted", base: a.base }]);
    expect((await storedModels()).map(({ base }) => base)).toEqual([server.base]);
  });

  test("chunks that another model shares stay", async () => {
    const a = await another(changed(0));
    await load({}, a);
    caches.quota = one.length + CHUNK / 2 + 20_000;
    await load();
    const own = [...Array(CHUNKS).keys()].map((i) => chunk(one, i));
    expect(caches.chunks.sort()).toEqual([...own, hashOf(config)].sort());
    expect(server.requests(WEIGHTS)).toHaveLength(1); // the one chunk that differs
  });

  test("without room it goes on without storing", async () => {
    caches.quota = 3 * CHUNK + 10_000;
    const folder = await load();
    expect(folder.cached).toBe(false);
    expect(events).toMatchObject([{ type: "not-stored", reason: expect.stringContaining("no room") }]);
    expect(server.coverage(WEIGHTS)).toEqual(clean);
  });
});

const refusal = () => new DOMException("no", "SecurityError");

test.each([
  ["is not there", () => vi.stubGlobal("caches", undefined)],
  ["is refused", () => vi.stubGlobal("caches", { open: () => Promise.reject(refusal()) })],
  [
    "is refused at the first look",
    () =>
      Object.defineProperty(globalThis, "caches", {
        configurable: true,
        get() {
          throw refusal();
        },
      }),
  ],
])("where storage %s every chunk comes once", async (_, refuse) => {
  refuse();
  const folder = await load();
  expect(folder.cached).toBe(false);
  expect(server.coverage(WEIGHTS)).toEqual(clean);
  expect(await storedModels()).toEqual([]);
  await clearCache();
});

test("storage that breaks is given up, the download is not", async () => {
  const folder = await open();
  caches.broken = new Error("disk on fire");
  expect(Buffer.from(await folder.read(WEIGHTS)).equals(one)).toBe(true);
  expect(folder.cached).toBe(false);
  expect(events).toEqual([{ type: "not-stored", reason: "disk on fire" }]);
  expect(server.coverage(WEIGHTS)).toEqual(clean);
});

test("without a manifest nothing is stored", async () => {
  delete server.files["manifest.json"];
  const folder = await load();
  expect(folder.cached).toBe(false);
  expect(caches.entries.size).toBe(0);
});

test("stored models are listed and deleted", async () => {
  const a = await another(changed(0));
  await load({}, a);
  await load();
  const bytes = one.length + config.length;
  const listed = await storedModels();
  expect(listed.map(({ base }) => base).sort()).toEqual([a.base, server.base].sort());
  expect(listed[0]).toMatchObject({ model: "toy", version: "1", bytes, opened: expect.any(Number) });
  await clearCache(a.base);
  expect((await storedModels()).map(({ base }) => base)).toEqual([server.base]);
  expect(caches.chunks).toHaveLength(CHUNKS + 1);
  await clearCache();
  expect(caches.entries.size).toBe(0);
});
