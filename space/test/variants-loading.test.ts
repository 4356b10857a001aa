import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { clearCache, type DownloadEvent, storedModels } from "../runtime/download";
import { fetchModel } from "../runtime/fetch";
import type { Fetched, FetchRequest, LoadOptions } from "../runtime/protocol";
import { chooseVariant } from "../runtime/variants";
import { VERSION } from "../runtime/version";
import { FakeCaches } from "./fakes";
import { manifestOf, ModelServer, randomBytes } from "./server";

const WEIGHTS = "onnx/model.onnx";
const NAMES = ["config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS];
const VARIANTS = [
  { name: "old", weight: 3, path: "old" },
  { name: "new", weight: 1, path: "new/" },
];

let server: ModelServer;
let events: DownloadEvent[];

beforeEach(async () => {
  vi.stubGlobal("caches", new FakeCaches());
  events = [];
  server = new ModelServer();
  publish("old", 1);
  publish("new", 2);
  experiment();
  await server.start();
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await server.stop();
});

function put(folder: string, files: Record<string, Buffer>): void {
  for (const [name, bytes] of Object.entries(files)) server.files[folder + name] = bytes;
}

function publish(folder: string, seed: number): void {
  const files = {
    "config.json": Buffer.from(`{"model_type": "odin", "hidden_size": ${32 * seed}}`),
    "tokenizer.json": Buffer.from(`{"seed": ${seed}}`),
    "tokenizer_config.json": Buffer.from(`{"chat_template": "${seed}"}`),
    [WEIGHTS]: randomBytes(1000, seed),
  };
  put(`${folder}/`, { ...files, "manifest.json": manifestOf(files, 0, `${seed}.0.0`) });
}

function experiment(change: object = {}): void {
  const manifest = { format: 1, model: "toy", runtime: VERSION, experiment: "two-weights", variants: VARIANTS };
  put("", { "manifest.json": Buffer.from(JSON.stringify({ ...manifest, ...change })) });
}

async function load(options: LoadOptions = {}, path = ""): Promise<Fetched> {
  const rest = { ortUrl: "", files: undefined, failed: [], telemetry: true };
  const wanted: LoadOptions = { dtype: "fp32", ...options };
  const request: FetchRequest = { type: "fetch", url: server.base + path, options: wanted, ...rest };
  const found = await fetchModel(request, {
    onProgress: () => {},
    onEvent: (event) => event.type === "storage" && events.push(event.event),
    signal: new AbortController().signal,
  });
  if ("again" in found) throw new Error("no device");
  return found;
}

const weightsOf = ({ files }: Fetched) => Buffer.concat(files.weights);
const asked = () => server.log.map(({ name }) => name).sort();

test("a visitor gets the model of a variant, and only that is fetched", async () => {
  for (const [visitor, name] of [["ada", "old"], ["grace", "new"]] as const) {
    server.log = [];
    expect(chooseVariant("two-weights", VARIANTS, visitor).name).toBe(name);
    const found = await load({ visitor });
    expect(found.source).toMatchObject({
      model: "toy",
      version: name === "old" ? "1.0.0" : "2.0.0",
      variant: { experiment: "two-weights", name },
    });
    expect(weightsOf(found).equals(server.files[`${name}/${WEIGHTS}`]!)).toBe(true);
    expect(asked()).toEqual(["manifest.json", ...["manifest.json", ...NAMES].map((file) => `${name}/${file}`)].sort());
    const sizes = asked().map((file) => server.files[file]!.length);
    expect(found.source.bytes).toBe(sizes.reduce((total, size) => total + size, 0));
  }
});

test("visitors are told apart by nobody but this code: no request names one", async () => {
  const fetched = vi.spyOn(globalThis, "fetch");
  await load({ visitor: "a secret name", store: false });
  expect(fetched.mock.calls.length).toBeGreaterThan(4);
  expect(JSON.stringify(fetched.mock.calls)).not.toContain("secret");
  fetched.mockRestore();
});

test("a variant by name, an unknown one, and one of a model that has none", async () => {
  expect((await load({ variant: "new", visitor: "ada" })).source.variant!.name).toBe("new");
  await expect(load({ variant: "nwe" })).rejects.toMatchObject({
    code: "bad-option",
    message: "The experiment 'two-weights' has no variant 'nwe'. It has 'old', 'new'.",
  });
  const plain = expect.stringMatching(/old\/ is one model, without variants. Leave the variant 'new' out\.$/);
  await expect(load({ variant: "new" }, "old/")).rejects.toMatchObject({ code: "bad-option", message: plain });
  expect((await load({}, "old/")).source.variant).toBeNull();
});

test("a variant as a record has it: where there are none it may be the model itself", async () => {
  const variant = { experiment: "two-weights", name: "new" };
  for (let draw = 0; draw < 8; draw++) expect((await load({ variant })).source.variant).toEqual(variant);
  expect((await load({ variant }, "new/")).source.variant).toBeNull();
  const gone = { ...variant, name: "gone" };
  const words = expect.stringContaining("no variant 'gone'");
  await expect(load({ variant: gone })).rejects.toMatchObject({ code: "bad-option", message: words });
});

test("the address that is told is the folder of the model: the variant's, and that of a file", async () => {
  for (const [path, options, folder] of [
    ["", { variant: "new" }, "new/"],
    [WEIGHTS, { variant: "old" }, "old/"],
    ["new", {}, "new/"],
    [`old/${WEIGHTS}?download=true`, {}, "old/"],
  ] as const) {
    expect((await load(options, path)).source.url).toBe(server.base + folder);
  }
});

test("a file by its address is that of the variant", async () => {
  const found = await load({ variant: "new" }, WEIGHTS);
  expect(weightsOf(found).equals(server.files[`new/${WEIGHTS}`]!)).toBe(true);
});

test("what a variant leads to is a model", async () => {
  const nested = { variants: [{ name: "deep", weight: 1, path: "deep/" }] };
  put("deep/", { "manifest.json": server.files["manifest.json"]! });
  experiment(nested);
  const words = expect.stringContaining("both list variants");
  await expect(load()).rejects.toMatchObject({ code: "corrupt", message: words });
  experiment({ runtime: "9.0.0" });
  await expect(load()).rejects.toMatchObject({ code: "incompatible" });
});

test("offline the variant is there that was loaded before", async () => {
  const first = await load({ visitor: "ada" });
  const files = server.files;
  server.files = {};
  server.sticky = true;
  for (const name of Object.keys(files)) server.faults[name] = [{ status: 503 }];
  const second = await load({ visitor: "ada" });
  expect(second.source.variant).toEqual(first.source.variant);
  expect(weightsOf(second).equals(weightsOf(first))).toBe(true);
  expect(events.map(({ type }) => type)).toEqual(["offline", "offline"]);
});

test("the list of what is stored has the models, and an experiment is deleted with its variants", async () => {
  await load({ variant: "old" });
  await load({ variant: "new" });
  const listed = (await storedModels()).map(({ base, version }) => [base, version]);
  const both = [
    [`${server.base}new/`, "2.0.0"],
    [`${server.base}old/`, "1.0.0"],
  ];
  expect(listed.sort()).toEqual(both);
  await clearCache(`${server.base}new/`);
  expect((await storedModels()).map(({ version }) => version)).toEqual(["1.0.0"]);
  await load({ variant: "new" });
  await clearCache(server.base);
  expect(await storedModels()).toEqual([]);
  expect([...(caches as unknown as FakeCaches).entries.keys()]).toEqual([]);
});
