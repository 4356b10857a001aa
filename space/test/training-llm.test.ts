/** A page that trains and asks in any order: which thread is told what, and when. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TelemetryEvent } from "../runtime/protocol";
import { OdinLLM } from "../runtime/node";
import type { Fetched, ModelFiles, Reply, Request, StartRequest } from "../runtime/protocol";
import type { TrainingCall, TrainingResults } from "../runtime/training/messages";
import { fromPeft } from "../runtime/training/peft";
import type { TrainingRecord } from "../runtime/training/record";
import type { AdapterFiles, Example } from "../runtime/training/types";
import { batchOf, describedAs, firstParameters } from "./training.fakes";

// What PEFT's files hold is another test's subject.
vi.mock("../runtime/training/peft", () => ({
  fromPeft: vi.fn(() => new Map([["b", Float32Array.of(9)]])),
  toPeft: (_: unknown, parameters: Map<string, { data: Float32Array }>, base: string) => {
    return { base, first: parameters.get("w")!.data[0] };
  },
}));

const URL_ = "http://127.0.0.1:1/toy/";
const PLAN = { device: "wasm", dtype: "fp32", threads: 1, reason: "always there" } as const;

class Thread {
  static all: Thread[] = [];
  onmessage: ((event: { data: Reply }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  readonly sent: Request[] = [];
  ended = false;

  constructor() {
    Thread.all.push(this);
    queueMicrotask(() => this.say({ type: "started" }));
  }

  postMessage(request: Request): void {
    this.sent.push(structuredClone(request));
    const reply = answer(request, this);
    if (reply) queueMicrotask(() => this.say(reply));
  }

  terminate(): void {
    this.ended = true;
  }

  say(data: Reply): void {
    if (!this.ended) this.onmessage?.({ data });
  }

  die(): void {
    this.onerror?.({ message: "out of memory" });
  }
}

let answer: (request: Request, thread: Thread) => Reply | undefined;
type Result = TrainingResults[TrainingCall["kind"]];
let train: (call: TrainingCall, thread: Thread, id: number) => Result | Reply | undefined;
/** Steps that were done, and those that the threads find stored. */
let step: number;
let stored: number;

beforeEach(() => {
  Thread.all = [];
  vi.stubGlobal("Worker", Thread);
  [step, stored] = [0, 0];
  train = training;
  answer = (request, thread) => {
    if (request.type === "train") {
      const result = train(request.call, thread, request.id);
      if (result === undefined || (result && typeof result === "object" && "type" in result)) return result;
      return { type: "trained", id: request.id, result };
    }
    if (request.type === "fetch") {
      const sha256 = request.learned?.sha256 ?? "released";
      const adapter = request.learned?.info ? { adapter: request.learned.info } : {};
      const hashes = { config: "c", weights: sha256, tokenizer: "t" };
      const rest = { config: {}, generationConfig: {}, tokenizer: undefined, weights: [], dtype: "fp32" } as const;
      const files: ModelFiles = { ...rest, weights: [], hashes, ...adapter };
      const source = { url: request.url, model: "toy", version: null } as Fetched["source"];
      return { type: "fetched", fetched: { plan: PLAN, another: false, files, source, failed: request.failed } };
    }
    if (request.type === "start") return ready(request);
    if (request.type !== "generate") return undefined;
    return { type: "done", id: request.id, stats: { tokens: [7] } } as unknown as Reply;
  };
});

afterEach(() => vi.unstubAllGlobals());

function ready({ fetched: { plan, files, source } }: StartRequest): Reply {
  const { hashes, adapter = null } = files;
  return { type: "ready", info: { ...plan, ...source, hashes, adapter, attempts: [plan] } } as unknown as Reply;
}

function training(call: TrainingCall): Result {
  switch (call.kind) {
    case "start": {
      step = call.resume && call.keep ? stored : 0;
      const record = { seed: call.seed ?? 0, data: call.data, steps: Array(step) } as unknown as TrainingRecord;
      return { description: describedAs(), parameters: 5, step, resumed: step > 0, record };
    }
    case "step": {
      stored = ++step;
      const recorded = { ...call.options, loss: 1 } as unknown as TrainingResults["step"]["recorded"];
      return { result: { step, loss: 1, skipped: false } as TrainingResults["step"]["result"], recorded };
    }
    case "parameters":
      return { parameters: firstParameters(), sha256: `after ${step}` };
    case "describe":
      return { description: describedAs(), parameters: firstParameters() };
    case "batch":
      return call.index < 2 ? batchOf(call.index) : null;
    case "forget":
      stored = 0;
      return null;
    case "close":
      return null;
  }
}

const ask = async (llm: OdinLLM) => void (await llm.generate("Hello").next());
const lr = { lr: 0.1 };
const load = (options = {}) => OdinLLM.load(URL_, options);
/** What the threads were asked, apart from fetching and starting. */
const sent = () => Thread.all.flatMap((thread) => thread.sent);
const calls = () => sent().flatMap((request) => (request.type === "train" ? [request.call.kind] : []));
const asked = () => sent().flatMap((request) => (request.type === "train" ? [request.call] : []));
const seedsOfBatches = () => asked().flatMap((call) => (call.kind === "batch" ? [call.options.seed] : []));
const fetches = () => sent().filter((request) => request.type === "fetch");
const running = () => Thread.all.filter(({ ended }) => !ended).length;

test("a step starts the training, and the next answer is generated with what it gave", async () => {
  const llm = await load();
  await ask(llm);
  expect([llm.training, llm.adapter, running()]).toEqual([undefined, null, 1]);
  expect(await llm.trainStep(batchOf(), lr)).toMatchObject({ step: 1, loss: 1 });
  const shape = { kind: "full", batch: 2, seq: 4, parameters: 5 };
  expect(llm.training).toMatchObject({ ...shape, step: 1, kept: true, resumed: false });
  expect(llm.training!.record.steps).toEqual([{ lr: 0.1, loss: 1 }]);
  expect([llm.adapter, fetches()]).toEqual([null, [expect.anything()]]); // not before it is asked for
  await ask(llm);
  await ask(llm);
  expect(llm.adapter).toEqual({ sha256: "after 1", kind: "full", source: "training" });
  expect(llm.info.hashes.weights).toBe("after 1");
  expect(fetches().map(({ learned }) => learned?.sha256)).toEqual([undefined, "after 1"]);
  expect([calls(), running()]).toEqual([["start", "step", "parameters"], 2]);
});

test("steps wait for one another, and answers do not wait for steps", async () => {
  const llm = await load();
  let finish = () => {};
  train = (call, thread, id) => {
    if (call.kind !== "step") return training(call);
    finish = () => thread.say({ type: "trained", id, result: training(call) });
    return undefined;
  };
  const steps = [1, 2].map(() => llm.trainStep(batchOf(), lr));
  await vi.waitFor(() => expect(calls()).toEqual(["start", "step"]));
  await ask(llm);
  finish();
  await steps[0];
  await vi.waitFor(() => expect(calls()).toEqual(["start", "step", "step"]));
  finish();
  expect((await steps[1])!.step).toBe(2);
});

test("a training that is taken up is generated with before another step", async () => {
  stored = 4;
  const llm = await load();
  expect(await llm.startTraining()).toMatchObject({ step: 4, resumed: true });
  await ask(llm);
  expect(llm.adapter?.sha256).toBe("after 4");
  await expect(llm.startTraining()).rejects.toMatchObject({ code: "bad-option" });
});

test("stopping keeps what was learned in use, and forgetting goes back to the release", async () => {
  const llm = await load();
  await llm.trainStep(batchOf(), lr);
  await llm.stopTraining();
  expect([llm.training, running()]).toEqual([undefined, 1]);
  await ask(llm);
  expect(llm.adapter?.sha256).toBe("after 1");
  expect(await llm.exportAdapter()).toEqual({ base: "toy", first: 1 });
  await llm.forgetTraining();
  expect([llm.adapter, llm.info.hashes.weights, stored, running()]).toEqual([null, "released", 0, 1]);
  await expect(llm.exportAdapter()).rejects.toMatchObject({ code: "bad-option" });
  expect(calls()).toEqual(["start", "step", "parameters", "close", "forget"]);
});

test("what cannot be forgotten, since another tab trains it, stays in use", async () => {
  const llm = await load();
  await llm.trainStep(batchOf(), lr);
  train = (call, _, id) =>
    call.kind === "forget" ? { type: "error", id, code: "storage", message: "Another tab." } : training(call);
  await expect(llm.forgetTraining()).rejects.toMatchObject({ code: "storage" });
  expect([llm.training, running()]).toEqual([undefined, 1]);
  await ask(llm);
  expect(llm.adapter?.sha256).toBe("after 1");
});

test("a training that began anew and took no step leaves the release, and the storage alone", async () => {
  const llm = await load();
  await llm.trainStep(batchOf(), lr);
  await llm.stopTraining();
  await ask(llm);
  expect(llm.adapter?.sha256).toBe("after 1");
  await llm.startTraining({ resume: false, keep: false });
  await llm.stopTraining();
  expect([llm.adapter, llm.info.hashes.weights, calls().includes("forget")]).toEqual([null, "released", false]);
  await expect(llm.exportAdapter()).rejects.toMatchObject({ code: "bad-option" });
});

test("what was learned and not stored is not begun anew in silence, when its thread has ended", async () => {
  const lost = { code: "engine", message: expect.stringContaining("startTraining()") as string };
  const llm = await load();
  await llm.startTraining({ keep: false });
  await llm.trainStep(batchOf(), lr);
  Thread.all.at(-1)!.die();
  await expect(llm.trainStep(batchOf(), lr)).rejects.toMatchObject(lost);
  await expect(llm.batches((async function* () {})()).next()).rejects.toMatchObject(lost);
  await llm.startTraining({ keep: false });
  await llm.trainStep(batchOf(), lr);
  await llm.stopTraining();
  await expect(llm.trainStep(batchOf(), lr)).rejects.toMatchObject(lost);
  await llm.startTraining();
  await llm.stopTraining();
  expect((await llm.trainStep(batchOf(), lr)).step).toBeGreaterThan(0); // that one is stored
});

test("batches are in the order of the training's seed, unless they are told another", async () => {
  const llm = await load();
  await llm.startTraining({ seed: 5 });
  const examples = async function* () {
    yield { question: "q", answer: "a" };
  };
  await llm.batches(examples()).next();
  await llm.batches(examples(), { seed: 6 }).next();
  expect(seedsOfBatches()).toEqual([5, 6]);
});

test.each([
  [{ seed: -1 }, "seed must be an integer from 0"],
  [{ seed: 0.5 }, "seed must be an integer"],
  [{ data: { sha256: "abc", examples: 1 } }, "data.sha256 must be 64 digits"],
  [{ data: { sha256: "a".repeat(64), examples: 0 } }, "data.examples must be an integer from 1"],
  [{ checkpointEvery: 0 }, "checkpointEvery must be an integer from 1"],
])("a start with %j is refused before anything is done", async (options, words) => {
  const llm = await load();
  const refused = { code: "bad-option", message: expect.stringContaining(words) as string };
  await expect(llm.startTraining(options)).rejects.toMatchObject(refused);
  expect(calls()).toEqual([]);
});

test("an adapter from a file is used at once, but not while the model is trained", async () => {
  const llm = await load();
  const files: AdapterFiles = { "adapter_model.safetensors": new Uint8Array(1), "adapter_config.json": "{}" };
  await llm.loadAdapter(files);
  const { sha256 } = llm.adapter!;
  expect(llm.adapter).toMatchObject({ kind: "full", source: "file" });
  const { parameters } = fetches().at(-1)!.learned!;
  expect(new Float32Array(parameters.slice(-20).buffer)).toEqual(Float32Array.of(1, 2, 3, 4, 9));
  vi.mocked(fromPeft).mockImplementationOnce(() => {
    throw new Error("another model's");
  });
  await expect(llm.loadAdapter(files)).rejects.toThrow("another model's");
  expect(llm.adapter!.sha256).toBe(sha256);
  await llm.trainStep(batchOf(), lr);
  await expect(llm.loadAdapter(files)).rejects.toMatchObject({ code: "bad-option" });
  expect(running()).toBe(2);
});

test("a training thread that dies ends its step, and the next step goes on from what is stored", async () => {
  const llm = await load();
  await llm.startTraining({ resume: false, seed: 5 });
  await llm.trainStep(batchOf(), lr);
  train = (call, thread) => (call.kind === "step" ? void queueMicrotask(() => thread.die()) : training(call));
  await expect(llm.trainStep(batchOf(), lr)).rejects.toMatchObject({ code: "engine" });
  expect(llm.training).toBeUndefined();
  train = training;
  expect((await llm.trainStep(batchOf(), lr)).step).toBe(2);
  expect(llm.training!.record.seed).toBe(5);
});

test("an error of a step is that of its call alone", async () => {
  const llm = await load();
  train = (call, _, id) =>
    call.kind === "step" ? { type: "error", id, code: "diverged", message: "It grew." } : training(call);
  await expect(llm.trainStep(batchOf(), lr)).rejects.toMatchObject({ name: "OdinError", code: "diverged" });
  train = training;
  expect((await llm.trainStep(batchOf(), lr)).step).toBe(1);
  expect(calls()).toEqual(["start", "step", "step"]);
  const batch = { ...batchOf(), rows: (() => 1) as never }; // which no message can carry
  await expect(llm.trainStep(batch, lr)).rejects.toMatchObject({ code: "bad-data" });
  expect((await llm.trainStep(batchOf(), lr)).step).toBe(2);
});

test("an abort ends the start of a training with its thread, and of a step tells the thread", async () => {
  const llm = await load();
  const start = new AbortController();
  train = (call) => (call.kind === "start" ? void queueMicrotask(() => start.abort()) : training(call));
  await expect(llm.startTraining({ signal: start.signal })).rejects.toMatchObject({ code: "aborted" });
  expect([llm.training, running()]).toEqual([undefined, 1]);
  train = (call, _, __) => (call.kind === "step" ? undefined : training(call));
  const stop = new AbortController();
  const stopped = llm.trainStep(batchOf(), { ...lr, signal: stop.signal });
  await vi.waitFor(() => expect(calls().at(-1)).toBe("step"));
  stop.abort();
  const thread = Thread.all.at(-1)!;
  const request = thread.sent.at(-1) as Extract<Request, { type: "stop" }>;
  expect(request.type).toBe("stop");
  thread.say({ type: "error", id: request.id, code: "aborted", message: "The step was stopped." });
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  await expect(llm.trainStep(batchOf(), { ...lr, signal: stop.signal })).rejects.toMatchObject({ code: "aborted" });
  expect(calls().filter((kind) => kind === "step")).toHaveLength(1);
});

test("an abort while the training's thread comes up ends the start", async () => {
  const llm = await load();
  const stop = new AbortController();
  const before = Thread.all.length;
  const starting = llm.startTraining({ resume: false, signal: stop.signal });
  const stopped = expect(starting).rejects.toMatchObject({ code: "aborted" });
  for (let i = 0; i < 1000 && Thread.all.length === before; i++) await Promise.resolve();
  expect(Thread.all.at(-1)!.sent).toEqual([]);
  stop.abort();
  await stopped;
  expect([calls(), running()]).toEqual([[], 1]);
});

test("an abort between the start of a training and its first step is not lost, whenever it comes", async () => {
  const well = answer;
  for (let later = 0; later < 12; later++) {
    const llm = await load();
    const stop = new AbortController();
    const abort = async () => {
      for (let i = 0; i < later; i++) await Promise.resolve();
      stop.abort();
    };
    train = (call) => (call.kind === "step" ? undefined : training(call));
    answer = (request, thread) => {
      if (request.type === "stop") return { type: "error", id: request.id, code: "aborted", message: "Stopped." };
      const reply = well(request, thread);
      if (reply?.type === "trained") queueMicrotask(() => queueMicrotask(() => void abort()));
      return reply;
    };
    const step = llm.trainStep(batchOf(), { ...lr, signal: stop.signal });
    await expect(step).rejects.toMatchObject({ code: "aborted" });
    llm.dispose();
  }
});

test("examples are sent once, and once more to a thread that has not got them", async () => {
  const llm = await load();
  const examples: Example[] = [{ question: "q", answer: "a" }];
  const given: (Example[] | undefined)[] = [];
  let known = false;
  train = (call) => {
    if (call.kind !== "batch") return training(call);
    given.push(call.examples);
    if (!known && !call.examples) return "unknown";
    known = true;
    return training(call);
  };
  const first: number[] = [];
  for await (const batch of llm.batches((async function* () { yield* examples; })())) {
    first.push(batch.inputIds[0]!);
    known = first.length === 1 ? false : known; // as if the thread had died
  }
  expect(first).toEqual([0, 1]);
  expect(given).toEqual([undefined, examples, undefined, examples, undefined]);
});

/** What was learned cannot be fetched, or the thread that has it cannot start; returns what mends that. */
function adaptedFails(when: "fetch" | "start"): () => void {
  const well = answer;
  answer = (request, thread) => {
    const learned =
      request.type === "fetch" ? request.learned?.info : request.type === "start" && request.fetched.files.adapter;
    const failed = { type: "error", code: "network", message: "No connection." } as const;
    return request.type === when && learned ? failed : well(request, thread);
  };
  return () => (answer = well);
}

test.each(["fetch", "start"] as const)(
  "what was learned and cannot be started (%s) is said once, and the model goes on as before",
  async (when) => {
    const llm = await load();
    await llm.trainStep(batchOf(), lr);
    const mend = adaptedFails(when);
    await expect(ask(llm)).rejects.toMatchObject({ code: "network" });
    await ask(llm);
    expect([llm.adapter, running()]).toEqual([null, 2]);
    mend();
    await llm.trainStep(batchOf(), lr);
    await ask(llm);
    expect(llm.adapter?.sha256).toBe("after 2");
  },
);

test.each(["fetch", "start"] as const)("an adapter that cannot be started (%s) is not loaded", async (when) => {
  const llm = await load();
  const mend = adaptedFails(when);
  const files: AdapterFiles = { "adapter_model.safetensors": new Uint8Array(1), "adapter_config.json": "{}" };
  await expect(llm.loadAdapter(files)).rejects.toMatchObject({ code: "network" });
  await ask(llm);
  expect([llm.adapter, running()]).toEqual([null, 1]);
  await expect(llm.exportAdapter()).rejects.toMatchObject({ code: "bad-option" });
  mend();
  await llm.loadAdapter(files);
  expect(llm.adapter?.source).toBe("file");
});

test("a model of the caller's own bytes goes on after what it learned could not be started", async () => {
  const bytes = new Uint8Array(1);
  const own = { description: { ...describedAs() }, graph: bytes, adapted: bytes, parameters: firstParameters() };
  const llm = await OdinLLM.createModel({ hidden_size: 32 }, new Uint8Array([1, 2, 3]), { training: own });
  await llm.trainStep(batchOf(), lr);
  const well = answer;
  answer = (request, thread) => {
    const fails = request.type === "start" && request.fetched.files.adapter;
    return fails ? { type: "error", code: "engine", message: "No memory." } : well(request, thread);
  };
  await expect(ask(llm)).rejects.toMatchObject({ code: "engine" });
  await ask(llm);
  expect(llm.adapter).toBeNull();
});

test("a model that is unloaded ends both threads, and trains no more", async () => {
  const events: TelemetryEvent[] = [];
  const llm = await load({ onTelemetry: (event: TelemetryEvent) => events.push(event) });
  const event = { type: "training-step", ms: 3, computeMs: 2, storeMs: 1 } as const;
  train = (call, thread) => {
    if (call.kind === "step") thread.say({ type: "telemetry", event });
    return training(call);
  };
  await llm.trainStep(batchOf(), lr);
  expect(events).toEqual([event]);
  train = (call) => (call.kind === "step" ? undefined : training(call));
  const waiting = llm.trainStep(batchOf(), lr);
  const failed = expect(waiting).rejects.toMatchObject({ code: "engine" });
  await vi.waitFor(() => expect(calls()).toEqual(["start", "step", "step"]));
  llm.dispose();
  await failed;
  expect(running()).toBe(0);
  await expect(llm.trainStep(batchOf(), lr)).rejects.toMatchObject({ code: "engine" });
});

test("steps that wait for one another start no thread when the model is unloaded", async () => {
  const llm = await load();
  await llm.startTraining();
  train = (call) => (call.kind === "step" ? undefined : training(call));
  const waiting = [1, 2].map(() => llm.trainStep(batchOf(), lr));
  const failed = waiting.map((step) => expect(step).rejects.toThrow("unloaded"));
  await vi.waitFor(() => expect(calls()).toEqual(["start", "step"]));
  const before = Thread.all.length;
  llm.dispose();
  await Promise.all(failed);
  expect([Thread.all.length - before, running()]).toEqual([0, 0]);
});

test("a thread that comes up when the model is unloaded is ended", async () => {
  const llm = await load();
  const before = Thread.all.length;
  const failed = expect(llm.startTraining()).rejects.toThrow("unloaded");
  for (let i = 0; i < 1000 && Thread.all.length === before; i++) await Promise.resolve();
  llm.dispose();
  await failed;
  expect([Thread.all.length - before, running()]).toEqual([1, 0]);
});

test("a model of the caller's own bytes cannot be trained without a graph", async () => {
  const llm = await OdinLLM.createModel({ hidden_size: 32 }, new Uint8Array([1, 2, 3]));
  await expect(llm.trainStep(batchOf(), lr)).rejects.toMatchObject({
    code: "not-found",
    message: expect.stringContaining("`training`"),
  });
});
