import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type DownloadEvent, ModelFolder } from "../runtime/download";
import { parseManifest, runnable, variantUrl } from "../runtime/download/manifest";
import { OdinError } from "../runtime/errors";
import { hubUrl } from "../runtime/hub";
import { isNewer, isVersion, VERSION } from "../runtime/version";
import { FakeCaches } from "./fakes";
import { manifestOf, ModelServer, randomBytes } from "./server";

const BASE = "https://example.org/models/toy/";
const SHA256 = "0".repeat(64);
const good = {
  format: 1,
  model: "toy",
  version: "1.2.3",
  runtime: VERSION,
  chunk_bytes: 4,
  files: {
    "config.json": { bytes: 2, sha256: SHA256 },
    "onnx/model.onnx": { bytes: 5, sha256: SHA256, chunks: [SHA256, SHA256] },
  },
};

const parse = (manifest: object, base = BASE) => parseManifest(JSON.stringify(manifest), base);

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof OdinError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "accepted";
}

test("the runtime's packages have the runtime's version", () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  const [space, runtime, lock] = ["../package.json", "../runtime/package.json", "../package-lock.json"].map(read);
  const needed = [space.dependencies["odin-llm"], lock.packages[""].dependencies["odin-llm"]];
  const own = [runtime.version, lock.packages.runtime.version];
  expect([...needed, ...own]).toEqual(Array(4).fill(VERSION));
  expect([lock.version, lock.packages[""].version]).toEqual([space.version, space.version]);
});

test.each(["0.0.0", "1.2.3", "10.20.30"])("%s is a version", (text) => expect(isVersion(text)).toBe(true));

test.each(["1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.2.3-rc.1", "1.2.3+5", " 1.2.3", "1.2.3\n", "", 1, null])(
  "%j is none",
  (value) => expect(isVersion(value)).toBe(false),
);

test("versions are compared as numbers, part by part", () => {
  const ordered = ["0.0.9", "0.0.10", "0.1.0", "0.9.9", "0.10.0", "1.0.0", "10.0.0"];
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) expect([a, b, isNewer(a, b)]).toEqual([a, b, i > j]);
  }
});

test("a manifest of today, one without a number, and one that never had a version", () => {
  expect(runnable(parse(good), BASE)).toEqual(good);
  const { format: _, runtime: __, ...old } = { ...good, version: "1" };
  expect(runnable(parse(old), BASE)).toEqual(old);
  expect(parse({ ...good, version: null })!.version).toBeNull();
});

test("what needs a newer runtime is refused in words that name both", () => {
  const advice = "Reload the page; if that does not help, update its odin-llm, or name an older revision of the model";
  const own = `and this is odin-llm ${VERSION}`;
  expect(refusal(() => parse({ format: 2, model: "toy", version: "2.0.0" }))).toBe(
    `incompatible: toy 2.0.0 has a manifest of format 2, ${own}, which reads up to 1. ${advice}.`,
  );
  expect(refusal(() => runnable(parse({ ...good, runtime: "9.10.0" }), BASE))).toBe(
    `incompatible: toy 1.2.3 needs odin-llm 9.10.0 or newer, ${own}. ${advice}.`,
  );
  expect(refusal(() => parse({ format: 2 }))).toContain(`incompatible: ${BASE} has a manifest of format 2`);
});

// What Python reads and refuses as well (tests/training/test_manifest_schema.py).
const LISTED = new URL("../../tests/training/manifests.json", import.meta.url);
const listed: Record<string, Record<string, object>> = JSON.parse(readFileSync(LISTED, "utf8"));

test.each(Object.entries(listed["accepted"]!))("accepted: %s", (_, manifest) => {
  expect(parse(manifest)).toEqual({ files: {}, ...manifest });
});

test.each(Object.entries(listed["corrupt"]!))("corrupt: %s", (_, manifest) => {
  expect(refusal(() => parse(manifest))).toMatch(/^corrupt: .*manifest\.json is damaged: /s);
});

test.each(Object.entries(listed["incompatible"]!))("incompatible: %s", (_, manifest) => {
  expect(refusal(() => parse(manifest))).toMatch(/^incompatible: toy has a manifest of format 2/);
});

test("a format without a list of files is damage, unless a newer runtime may know better", () => {
  const damaged = `corrupt: ${BASE}manifest.json is damaged: there is no list of the files`;
  expect(refusal(() => parse({ format: 1, model: "toy" }))).toContain(damaged);
  expect(refusal(() => parse({ format: 1, model: "toy", runtime: VERSION }))).toContain(damaged);
  const needs = "incompatible: toy needs odin-llm 9.0.0 or newer";
  expect(refusal(() => parse({ format: 1, model: "toy", runtime: "9.0.0" }))).toContain(needs);
  const otherwise = { ...good, files: { "config.json": null }, runtime: "9.0.0" };
  expect(refusal(() => parse(otherwise))).toContain("incompatible: ");
});

test.each([[{}], [{ name: "a web app", start_url: "./" }], [[]], [null], ["text"]])("%j is another tool's", (json) => {
  expect(parseManifest(JSON.stringify(json), BASE)).toBeUndefined();
});

test.each([
  [{ format: "1" }, "format is no whole number"],
  [{ format: -1 }, "format is no whole number"],
  [{ format: 1.5 }, "format is no whole number"],
  [{ model: "" }, "there is no name of the model"],
  [{ version: "1.2" }, "version is not MAJOR.MINOR.PATCH"],
  [{ version: 1 }, "version is not MAJOR.MINOR.PATCH"],
  [{ runtime: "0.3.0-rc.1" }, "runtime is not MAJOR.MINOR.PATCH"],
  [{ format: 0, runtime: "latest" }, "runtime is not MAJOR.MINOR.PATCH"],
])("a manifest with %j is damaged", (change, words) => {
  expect(refusal(() => parse({ ...good, ...change }))).toBe(
    `corrupt: ${BASE}manifest.json is damaged: ${words}. The model has to be exported again.`,
  );
});

const variants = [
  { name: "old", weight: 3, path: "../toy-1.2.3/" },
  { name: "new", weight: 0.5, path: "new" },
];
const experiment = { format: 1, model: "toy", experiment: "two-weights", variants };

test("a manifest of variants has no files of its own", () => {
  expect(parse(experiment)).toEqual({ ...experiment, files: {} });
  expect(parse({ ...experiment, files: null })).toEqual({ ...experiment, files: {} });
  expect(refusal(() => parse({ ...good, ...experiment }))).toContain("it has variants, and files of its own");
});

test.each([
  [{ experiment: undefined }, "experiment is no name"],
  [{ experiment: "a|b" }, "experiment is no name"],
  [{ variants: [] }, "variants is no list of models"],
  [{ variants: {} }, "variants is no list of models"],
  [{ variants: [null] }, "variant 0 has no name"],
  [{ variants: [variants[0], { ...variants[1], name: "a b" }] }, "variant 1 has no name"],
  [{ variants: [variants[0], variants[0]] }, "two variants are called old"],
  [{ variants: [{ ...variants[0], weight: 0 }] }, "the weight of old is no number above 0"],
  [{ variants: [{ ...variants[0], weight: "3" }] }, "the weight of old is no number above 0"],
  [{ variants: [{ ...variants[0], path: "https://elsewhere.example/" }] }, "the path of old leads to no other folder"],
  [{ variants: [{ ...variants[0], path: "//elsewhere.example/toy/" }] }, "the path of old leads to no other folder"],
  [{ variants: [{ ...variants[0], path: "http://example.org/models/new/" }] }, "the path of old leads to no other"],
  [{ variants: [{ ...variants[0], path: "../toy" }] }, "the path of old leads to no other folder below or beside it"],
  [{ variants: [{ ...variants[0], path: "../../evil/toy/" }] }, "the path of old leads to no other folder"],
])("variants with %j are refused", (change, words) => {
  const message = refusal(() => parse({ ...experiment, ...change }));
  expect(message).toContain(`corrupt: ${BASE}manifest.json is damaged: ${words}`);
});

test.each([
  ["file:///models/toy/", "../new", "file:///models/new/"],
  ["https://huggingface.co/user/toy/resolve/main/", "../v0.4.0/", "https://huggingface.co/user/toy/resolve/v0.4.0/"],
  ["https://example.org/", "../new", "https://example.org/new/"],
  [BASE, "b/c", `${BASE}b/c/`],
  [BASE, "../toy/", undefined],
  [BASE, "../toy/b/", `${BASE}b/`],
  ["https://huggingface.co/user/toy/resolve/main/", "/evil/m/resolve/main/", undefined],
  ["https://huggingface.co/user/toy/resolve/main/", "../../../../evil/m/resolve/main/", undefined],
])("from %s the path %s leads to %s", (base, path, address) => expect(variantUrl(base, path)).toBe(address));

test("addresses on the Hub", () => {
  expect(hubUrl("user/odin-nano")).toBe("https://huggingface.co/user/odin-nano/resolve/main/");
  expect(hubUrl("user/odin-nano", "v0.3.0")).toBe("https://huggingface.co/user/odin-nano/resolve/v0.3.0/");
  expect(hubUrl("odin.nano", "refs/pr/1", "http://localhost:8080//")).toBe(
    "http://localhost:8080/odin.nano/resolve/refs%2Fpr%2F1/",
  );
  expect(hubUrl("user/toy.github", "main", "https://mirror.example/hub")).toBe(
    "https://mirror.example/hub/user/toy.github/resolve/main/",
  );
});

test.each([
  [["user/odin/nano"], '"user/odin/nano" is no repository'],
  [["https://huggingface.co/user/odin"], "is no repository"],
  [["user/.."], "is no repository"],
  [["user/odin--nano"], "is no repository"],
  [["-user/odin"], "is no repository"],
  [["user/odin."], "is no repository"],
  [["user/odin..nano"], "is no repository"],
  [["user/odin.git"], "is no repository"],
  [["odin.git"], "is no repository"],
  [["user/odin.ipynb"], "is no repository"],
  [["user/odin nano"], "is no repository"],
  [[`user/${"o".repeat(92)}`], "is no repository"],
  [[""], "is no repository"],
  [[undefined], "nothing is no repository"],
  [["user/odin", ""], "is no revision"],
  [["user/odin", ".."], "is no revision"],
  [["user/odin", "v 1"], "is no revision"],
  [["user/odin", null], "null is no revision"],
  [["user/odin", "main", "huggingface.co"], "is no server"],
  [["user/odin", "main", "file:///models"], "is no server"],
  [["user/odin", "main", "https://mirror.example/?token=x"], "is no server"],
  [["user/odin", "main", "https://mirror.example/?"], "is no server"],
  [["user/odin", "main", "https://mirror.example/#models"], "is no server"],
])("the Hub has nothing at %j", (given, words) => {
  const message = refusal(() => hubUrl(...(given as Parameters<typeof hubUrl>)));
  expect(message).toMatch(/^bad-option: /);
  expect(message).toContain(words);
});

const WEIGHTS = "onnx/model.onnx";
const NAMES = ["config.json", WEIGHTS];
const CHUNK = 65536;
let server: ModelServer;
let events: DownloadEvent[];

beforeEach(async () => {
  vi.stubGlobal("caches", new FakeCaches());
  events = [];
  server = new ModelServer();
  await server.start();
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await server.stop();
});

/** Another version of the model on the server. */
function publish(seed: number, about: object = {}): void {
  const files = { "config.json": Buffer.from(`{"seed": ${seed}}`), [WEIGHTS]: randomBytes(3 * CHUNK, seed) };
  const manifest = { ...JSON.parse(manifestOf(files, CHUNK, `${seed}.0.0`).toString()), format: 1, ...about };
  server.files = { ...files, "manifest.json": Buffer.from(JSON.stringify(manifest)) };
}

async function load(names = NAMES): Promise<ModelFolder> {
  const onEvent = (event: DownloadEvent) => void events.push(event);
  const folder = await ModelFolder.open(server.base, { delays: [1], onEvent });
  for (const name of names) await folder.read(name);
  await folder.finish();
  return folder;
}

test.each([{ runtime: "9.0.0" }, { format: 2 }])("with %j nothing but the manifest is fetched", async (about) => {
  publish(1, about);
  await expect(load()).rejects.toMatchObject({ code: "incompatible" });
  expect(server.log.map(({ name }) => name)).toEqual(["manifest.json"]);
});

test.each([
  { runtime: "9.0.0" },
  { format: 2, files: [] },
])("the stored version is used while the new one has %j", async (about) => {
  publish(1);
  await load();
  publish(2, about);
  server.log = [];
  for (let visit = 0; visit < 2; visit++) {
    const folder = await load();
    expect(folder.manifest?.version).toBe("1.0.0");
    expect(folder.cached).toBe(true);
    expect(new TextDecoder().decode(await folder.read("config.json"))).toBe('{"seed": 1}');
  }
  expect(server.log.map(({ name }) => name)).toEqual(["manifest.json", "manifest.json"]);
  const told = { type: "incompatible", base: server.base, reason: expect.stringContaining("update its odin-llm") };
  expect(events).toEqual([told, told]);
  publish(3);
  expect((await load()).manifest?.version).toBe("3.0.0");
});

test("what the stored version lacks is not on the server any more: the new one's refusal says why", async () => {
  publish(1);
  await load(["config.json"]);
  publish(2, { runtime: "9.0.0" });
  await expect(load()).rejects.toMatchObject({ code: "incompatible" });
});

test("a version that was never complete is no way out", async () => {
  publish(1);
  server.faults[WEIGHTS] = [{ status: 404 }];
  await expect(load()).rejects.toMatchObject({ code: "not-found" });
  publish(2, { runtime: "9.0.0" });
  await expect(load()).rejects.toMatchObject({ code: "incompatible" });
});
