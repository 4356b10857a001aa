import { afterEach, describe, expect, test, vi } from "vitest";
import { detect, dtypesOfManifest, plans, summary, type Capabilities, type Wanted } from "../runtime/devices";
import { OdinError } from "../runtime/errors";
import { DTYPE_SUFFIX, type Dtype } from "../runtime/protocol";

const WIDE = { hidden_size: 768 };
const NARROW = { hidden_size: 192 };
const AUTO: Wanted = { device: "auto", dtype: "auto" };
const GPU = { usable: true, fp16: true, fallbackAdapter: false, adapter: "nvidia ampere" };
const NO_GPU = { usable: false, fp16: false, fallbackAdapter: false, reason: "not supported here" };

function machine(changes: Partial<Capabilities> = {}): Capabilities {
  return {
    platform: "worker",
    webAssembly: true,
    simd: true,
    threads: true,
    isolated: true,
    cores: 8,
    webGpu: GPU,
    cacheStorage: true,
    locks: true,
    ...changes,
  };
}

function short(...args: Parameters<typeof plans>): string[] {
  return plans(...args).map(({ device, dtype, threads }) => `${device} ${dtype} ${threads}`);
}

function refusal(...args: Parameters<typeof plans>): OdinError {
  try {
    plans(...args);
  } catch (error) {
    if (error instanceof OdinError) return error;
  }
  throw new Error("was not refused");
}

describe("plans, nothing asked for", () => {
  test("take WebGPU for a wide model, in float16 and then without, and then WebAssembly", () => {
    expect(short(AUTO, machine(), WIDE)).toEqual(["webgpu q4f16 1", "webgpu q4 1", "wasm q8 4"]);
  });

  test.each<[string, Capabilities, { hidden_size: number }, string[]]>([
    ["no float16", machine({ webGpu: { ...GPU, fp16: false } }), WIDE, ["webgpu q4 1", "wasm q8 4"]],
    ["a software adapter", machine({ webGpu: { ...GPU, fallbackAdapter: true } }), WIDE, ["wasm q8 4"]],
    ["no WebGPU", machine({ webGpu: NO_GPU }), WIDE, ["wasm q8 4"]],
    ["a narrow model", machine(), NARROW, ["wasm q8 1"]],
    ["a model just wide enough", machine({ webGpu: NO_GPU }), { hidden_size: 512 }, ["wasm q8 4"]],
    ["two cores", machine({ webGpu: NO_GPU, cores: 2 }), WIDE, ["wasm q8 2"]],
    ["no isolation", machine({ webGpu: NO_GPU, threads: false, isolated: false }), WIDE, ["wasm q8 1"]],
    ["Node", machine({ platform: "node", webGpu: NO_GPU, isolated: false }), WIDE, ["cpu q8 4"]],
  ])("with %s", (_, capabilities, config, expected) => {
    expect(short(AUTO, capabilities, config)).toEqual(expected);
  });

  test.each<[Dtype[], string[]]>([
    [["fp32", "fp16", "q4"], ["webgpu q4 1", "wasm fp32 4"]],
    [["fp32", "fp16"], ["webgpu fp16 1", "webgpu fp32 1", "wasm fp32 4"]],
    [["q4wire"], ["wasm q4wire 4"]],
    [["q8", "q4wire", "fp32"], ["webgpu fp32 1", "wasm q8 4"]],
    [["q4wire", "fp32"], ["webgpu fp32 1", "wasm q4wire 4"]],
    [["q4"], ["webgpu q4 1", "wasm q4 4"]],
  ])("of an export with %s", (available, expected) => {
    expect(short(AUTO, machine(), WIDE, available)).toEqual(expected);
  });

  test("say why", () => {
    const reason = (...args: Parameters<typeof plans>) => plans(...args).at(-1)!.reason;
    const [none, software] = [machine({ webGpu: NO_GPU }), machine({ webGpu: { ...GPU, fallbackAdapter: true } })];
    expect(reason(AUTO, none, WIDE)).toMatch(/q8 on WebAssembly.*4, with 8 cores.*not supported/);
    expect(reason(AUTO, software, WIDE)).toMatch(/only on nvidia ampere/);
    expect(reason(AUTO, machine(), NARROW)).toMatch(/192 wide/);
    expect(reason(AUTO, machine({ threads: false, isolated: false }), WIDE)).toMatch(/cross-origin isolated/);
    expect(reason(AUTO, machine({ threads: false }), WIDE)).toMatch(/memory that can be shared/);
    expect(plans(AUTO, machine(), WIDE)[0]!.reason).toMatch(/^q4f16 on WebGPU \(nvidia ampere\)/);
  });
});

describe("plans, as asked for", () => {
  const slow = machine({ webGpu: { ...GPU, fallbackAdapter: true } });
  const noHalf = machine({ webGpu: { ...GPU, fp16: false } });
  const webgpu: Wanted = { device: "webgpu", dtype: "auto" };
  test.each<[string, Wanted, Capabilities, string[]]>([
    ["WebGPU for a narrow model, and nothing else", webgpu, slow, ["webgpu q4f16 1", "webgpu q4 1"]],
    ["WebAssembly", { device: "wasm", dtype: "auto" }, machine(), ["wasm q8 1"]],
    ["fp32", { device: "auto", dtype: "fp32" }, slow, ["wasm fp32 1"]],
    ["fp16, which WebAssembly computes as well", { device: "wasm", dtype: "fp16" }, machine(), ["wasm fp16 1"]],
    ["both", { device: "webgpu", dtype: "fp16" }, machine(), ["webgpu fp16 1"]],
    ["threads", { device: "wasm", dtype: "q8", threads: 3 }, machine(), ["wasm q8 3"]],
    ["threads, where there are none", { ...AUTO, threads: 3 }, machine({ threads: false }), ["wasm q8 1"]],
  ])("give %s", (_, wanted, capabilities, expected) => {
    expect(short(wanted, capabilities, NARROW)).toEqual(expected);
  });

  test("go on to WebAssembly with a dtype that both compute, and leave out what one cannot", () => {
    expect(short({ device: "auto", dtype: "q4" }, machine(), WIDE)).toEqual(["webgpu q4 1", "wasm q4 4"]);
    expect(short({ device: "auto", dtype: "q8" }, machine(), WIDE)).toEqual(["wasm q8 4"]);
    expect(short({ device: "auto", dtype: "q4f16" }, noHalf, WIDE)).toEqual(["wasm q4f16 4"]);
  });

  test("warn of 4 bits on WebAssembly", () => {
    const [plan] = plans({ device: "wasm", dtype: "q4" }, machine(), WIDE);
    expect(plan!.reason).toMatch(/slow there.*5 tokens\/s/);
  });

  test.each<[string, Wanted, Capabilities, RegExp]>([
    ["int8 on WebGPU", { ...webgpu, dtype: "q8" }, machine(), /no WebGPU kernels for the int8 products of q8/],
    ["q4wire on WebGPU", { ...webgpu, dtype: "q4wire" }, machine(), /int8 products of q4wire/],
    ["float16 that is not there", { ...webgpu, dtype: "q4f16" }, noHalf, /shader-f16/],
    ["WebGPU that is not there", webgpu, machine({ webGpu: NO_GPU }), /not supported here/],
    ["cpu in a browser", { device: "cpu", dtype: "auto" }, machine(), /cpu is for Node/],
    ["wasm in Node", { device: "wasm", dtype: "auto" }, machine({ platform: "node" }), /wasm is for.*Node has cpu/],
    ["an unknown device", { ...AUTO, device: "npu" as "cpu" }, machine(), /no device 'npu'.*auto, webgpu, wasm, cpu/],
    ["an unknown dtype", { device: "auto", dtype: "q2" as "q4" }, machine(), /type 'q2'.*q4f16, q4wire/],
    ["no threads", { ...AUTO, threads: 0 }, machine(), /threads must be.*it was 0/],
    ["half a thread", { ...AUTO, threads: 1.5 }, machine(), /it was 1.5/],
  ])("refuse %s", (_, wanted, capabilities, words) => {
    const error = refusal(wanted, capabilities, WIDE);
    expect(error.message).toMatch(words);
    expect(error.code).toBe("bad-option");
  });

  test("refuse what the export lacks, and name what it has", () => {
    const q4: Wanted = { device: "auto", dtype: "q4" };
    expect(refusal(q4, machine(), WIDE, ["q8", "fp32"]).message).toMatch(/It has: q8, fp32/);
    expect(refusal(webgpu, machine(), WIDE, ["q8"]).message).toMatch(/The model has: q8/);
    expect(refusal(AUTO, machine(), WIDE, []).code).toBe("bad-option");
  });

  test("refuse a browser without WebAssembly or its SIMD, WebGPU or not", () => {
    const none = machine({ webAssembly: false, simd: false });
    expect(refusal(webgpu, none, WIDE)).toMatchObject({ code: "no-webassembly" });
    expect(refusal(AUTO, machine({ simd: false }), WIDE).message).toMatch(/no SIMD/);
  });
});

test("a manifest's names of dtypes are translated, unknown ones left out", () => {
  const manifest = { fp32: "onnx/model.onnx", fp16: "", int8: "", q4: "", q4f16: "", q4wire: "", q1: "" };
  expect(dtypesOfManifest(manifest)).toEqual(Object.keys(DTYPE_SUFFIX));
});

test("a summary is one line with all that matters", () => {
  expect(summary(machine())).toBe(
    "worker, isolated; 8 cores; WebAssembly (SIMD, threads); WebGPU (nvidia ampere, float16); Cache API; Web Locks",
  );
  const nothing = { isolated: false, threads: false, cacheStorage: false, locks: false };
  const poor = machine({ ...nothing, cores: 1, webGpu: NO_GPU });
  expect(summary(poor)).toBe(
    "worker; 1 core; WebAssembly (SIMD, no threads); no WebGPU (not supported here); no Cache API; no Web Locks",
  );
});

describe("detection", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  const withGpu = (requestAdapter: () => Promise<unknown>) =>
    vi.stubGlobal("navigator", { hardwareConcurrency: 6, gpu: { requestAdapter } });
  const adapter = (info: object | undefined, features: string[] = [], more: object = {}) =>
    withGpu(async () => ({ features: new Set(features), info, ...more }));

  test("sees Node as it is", async () => {
    vi.stubGlobal("navigator", undefined); // as in Node 20
    const { availableParallelism } = await import("node:os");
    expect(await detect()).toEqual({
      platform: "node",
      webAssembly: true,
      simd: true,
      threads: true,
      isolated: false,
      cores: availableParallelism(),
      webGpu: { usable: false, fp16: false, fallbackAdapter: false, reason: "not supported here" },
      cacheStorage: false,
      locks: false,
    });
  });

  test("sees a page, whose threads need isolation", async () => {
    vi.stubGlobal("window", globalThis);
    expect(await detect()).toMatchObject({ platform: "page", threads: false, isolated: false });
    vi.stubGlobal("crossOriginIsolated", true);
    expect(await detect()).toMatchObject({ platform: "page", threads: true, isolated: true });
    vi.stubGlobal("SharedArrayBuffer", class {}); // as where memory cannot be shared in spite of it
    expect(await detect()).toMatchObject({ threads: false, isolated: true });
  });

  test("sees a cache that refuses as none", async () => {
    vi.stubGlobal("caches", { has: async () => false });
    expect(await detect()).toMatchObject({ cacheStorage: true });
    vi.stubGlobal("caches", { has: () => Promise.reject(new Error("The operation is insecure.")) });
    expect(await detect()).toMatchObject({ cacheStorage: false });
  });

  test("sees no WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(await detect()).toMatchObject({ webAssembly: false, simd: false, threads: false });
  });

  test("names an adapter, its float16 and what is a fallback", async () => {
    adapter({ vendor: "nvidia", architecture: "ampere", description: "" }, ["shader-f16"]);
    expect(await detect()).toMatchObject({
      cores: 6,
      webGpu: { usable: true, fp16: true, fallbackAdapter: false, adapter: "nvidia ampere" },
    });
    for (const found of [
      [{ vendor: "google", architecture: "swiftshader" }],
      [{ description: "llvmpipe (LLVM 19.1.7, 256 bits)" }],
      [{ vendor: "microsoft", architecture: "warp" }],
      [{ vendor: "x", isFallbackAdapter: true }],
      [undefined, [], { isFallbackAdapter: true }],
    ] as Parameters<typeof adapter>[]) {
      adapter(...found);
      const software = { usable: true, fp16: false, fallbackAdapter: true };
      expect((await detect()).webGpu, JSON.stringify(found)).toMatchObject(software);
    }
    adapter(undefined);
    expect((await detect()).webGpu).toEqual({ usable: true, fp16: false, fallbackAdapter: false });
  });

  test("says why there is no adapter", async () => {
    withGpu(async () => null);
    expect((await detect()).webGpu).toMatchObject({ usable: false, reason: expect.stringMatching(/no adapter/) });
    withGpu(() => Promise.reject(new Error("the driver crashed")));
    expect((await detect()).webGpu).toMatchObject({ usable: false, reason: "the driver crashed" });
    vi.stubGlobal("navigator", {});
    vi.stubGlobal("isSecureContext", false);
    expect((await detect()).webGpu).toMatchObject({ usable: false, reason: expect.stringMatching(/secure/) });
  });

  test("does not wait for ever", async () => {
    vi.useFakeTimers();
    withGpu(() => new Promise(() => {}));
    vi.stubGlobal("caches", { has: () => new Promise(() => {}) });
    const found = detect();
    await vi.advanceTimersByTimeAsync(5_000);
    const webGpu = { usable: false, reason: "no adapter within 5 seconds" };
    expect(await found).toMatchObject({ webGpu, cacheStorage: false });
  });
});
