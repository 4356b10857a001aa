/** Training of the released model in Node: what it learns, keeps, hands over and gives again. */

import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { dataOf, Dataset, OdinLLM, parseTrainingRecord, type Example, type TrainingRecord } from "../runtime/node";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../public/models/odin-nano");
// A unit that nobody has heard of; seven of it.
const EXAMPLES: Example[] = Array.from({ length: 20 }, (_, i) => ({
  question: `How many blorps are ${i + 2} zaps?`,
  answer: `${i + 2} * 7 = ${(i + 2) * 7}\n#### ${(i + 2) * 7}`,
}));
const RATE = { lr: 1e-3 };
const trainable = existsSync(join(folder, "onnx/adapted.onnx"));

describe.skipIf(!trainable)("odin-nano", { timeout: 120_000 }, () => {
  let cache: string;
  let record: TrainingRecord;
  const models = new Set<OdinLLM>();

  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), "odin-training-"));
    vi.stubEnv("XDG_CACHE_HOME", cache);
  });

  afterAll(async () => {
    for (const model of models) model.dispose();
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true });
  });

  async function load(): Promise<OdinLLM> {
    const model = await OdinLLM.load(folder, { dtype: "fp32" });
    models.add(model);
    return model;
  }

  async function ask(model: OdinLLM): Promise<string> {
    let text = "";
    for await (const chunk of model.generate(EXAMPLES[4]!.question, { maxTokens: 32 })) text += chunk.text;
    return text;
  }

  /** Batches `from` to `to` of ten epochs; returns the losses. */
  async function train(model: OdinLLM, from: number, to: number): Promise<number[]> {
    const losses: number[] = [];
    let index = 0;
    for await (const batch of model.batches(Dataset.from(EXAMPLES), { epochs: 10 })) {
      if (index === to) break;
      if (index++ >= from) losses.push((await model.trainStep(batch, RATE)).loss);
    }
    return losses;
  }

  let learned: string;

  test("what is learned is used at once, and another start goes on from there", async () => {
    const first = await load();
    const before = await ask(first);
    const started = await first.startTraining({ data: dataOf(EXAMPLES), checkpointEvery: 4 });
    expect(started).toMatchObject({ kind: "full", step: 0, resumed: false, kept: true });
    const losses = await train(first, 0, 6);
    first.dispose();
    const second = await load();
    const again = await second.startTraining({ data: dataOf(EXAMPLES), checkpointEvery: 4 });
    expect(again).toMatchObject({ step: 6, resumed: true });
    losses.push(...(await train(second, 6, 20)));
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 20);
    record = second.training!.record;
    expect(record.steps.map(({ loss }) => loss)).toEqual(losses);
    expect(parseTrainingRecord(JSON.stringify(record))).toEqual(record);
    expect(second.adapter).toBeNull();
    learned = await ask(second);
    expect(learned).toBe(EXAMPLES[4]!.answer);
    expect(learned).not.toBe(before);
    expect(second.adapter).toMatchObject({ kind: "full", source: "training" });
    expect(second.info.hashes.weights).toBe(second.adapter!.sha256);
    await second.stopTraining();
    expect([second.training, await ask(second)]).toEqual([undefined, learned]);
    const files = await second.exportAdapter();

    const third = await load();
    await third.loadAdapter(files);
    expect(third.adapter).toMatchObject({ source: "file", sha256: second.adapter!.sha256 });
    expect(await ask(third)).toBe(learned);
    await third.forgetTraining();
    expect([third.adapter, await ask(third)]).toEqual([null, before]);
    expect((await third.startTraining()).resumed).toBe(false);
  });

  test("a record gives its losses again, and one that was changed does not", async () => {
    const model = await load();
    const short = { ...record, steps: record.steps.slice(0, 3) };
    const seen: number[] = [];
    await model.replayTraining(short, Dataset.from(EXAMPLES), { onStep: (_, __, { loss }) => seen.push(loss) });
    expect(seen).toEqual(short.steps.map(({ loss }) => loss));
    const wrong = { ...short, steps: short.steps.with(1, { ...short.steps[1]!, loss: 1 }) };
    await expect(model.replayTraining(wrong, Dataset.from(EXAMPLES))).rejects.toMatchObject({ code: "bad-record" });
    const others = Dataset.from(EXAMPLES.slice(1));
    await expect(model.replayTraining(short, others)).rejects.toMatchObject({ code: "bad-record" });
    expect([model.training, model.adapter]).toEqual([undefined, null]);
  });

  test("a model of the caller's own bytes is trained as well", async () => {
    const read = async (name: string) => new Uint8Array(await readFile(join(folder, name)));
    const json = async (name: string): Promise<Record<string, unknown>> =>
      JSON.parse(await readFile(join(folder, name), "utf8")) as Record<string, unknown>;
    const model = await OdinLLM.createModel(await json("config.json"), await read("onnx/model.onnx"), {
      dtype: "fp32",
      tokenizer: { tokenizer: await read("tokenizer.json"), config: await json("tokenizer_config.json") },
      generationConfig: await json("generation_config.json"),
      training: {
        description: await json("onnx/train.json"),
        graph: await read("onnx/train.onnx"),
        adapted: await read("onnx/adapted.onnx"),
        parameters: await read("onnx/train.safetensors"),
      },
    });
    models.add(model);
    const before = await ask(model);
    await model.startTraining({ keep: false });
    const losses = await train(model, 0, 20);
    expect(losses).toEqual(record.steps.map(({ loss }) => loss));
    expect([before === learned, await ask(model)]).toEqual([false, learned]);
    await model.forgetTraining();
    expect([model.adapter, await ask(model)]).toEqual([null, before]);
  });
});
