/** Where and how a model runs with what it has learned. */

import { expect, test, vi } from "vitest";
import { fetchModel } from "../runtime/fetch";
import { memoryTaken } from "../runtime/memory";
import type { Dtype, FetchRequest, ModelFiles } from "../runtime/protocol";

function fetched(dtype: Dtype, changes: Partial<ModelFiles> = {}) {
  const hashes = { config: "c", weights: "w", tokenizer: "t" };
  const files: ModelFiles = {
    config: { hidden_size: 32 },
    generationConfig: {},
    tokenizer: undefined,
    weights: [],
    dtype,
    hashes,
    ...changes,
  };
  const request: FetchRequest = {
    type: "fetch",
    url: undefined,
    ortUrl: "",
    options: { device: "webgpu" },
    files,
    learned: undefined,
    failed: [],
    telemetry: false,
  };
  return fetchModel(request, { onProgress: () => {}, signal: new AbortController().signal });
}

test("what was learned runs elsewhere when the device of the release cannot compute with its dtype", async () => {
  expect(await fetched("q8", { adapted: "lora" })).toMatchObject({ plan: { device: "cpu", dtype: "q8" } });
});

test("the device that was asked for is not left otherwise", async () => {
  const refused = { code: "bad-option" };
  await expect(fetched("q8")).rejects.toMatchObject(refused);
  await expect(fetched("fp32", { adapted: "full" })).rejects.toMatchObject(refused); // Node has no WebGPU
});

test("memory in Node is the most that the process had", () => {
  const usage = vi.spyOn(process, "resourceUsage").mockReturnValue({ maxRSS: 3 } as NodeJS.ResourceUsage);
  expect(memoryTaken()).toEqual({ bytes: 3072, source: "process" });
  usage.mockRestore();
});
