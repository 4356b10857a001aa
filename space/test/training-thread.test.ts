/** A training with its storage: what survives a thread that ends, and what does not. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TelemetryEvent } from "../runtime/protocol";
import type { OwnTraining, StartTraining, TrainingResults } from "../runtime/training/messages";
import { TrainingThread } from "../runtime/training/thread";
import type { StepResult, TrainingBatch } from "../runtime/training/types";
import { FakeCaches, FakeLocks } from "./fakes";
import { batchOf, describedAs, FakeGraph, firstParameters } from "./training.fakes";

const opened = vi.hoisted(() => ({ graph: undefined as unknown }));
vi.mock("../runtime/training/session", () => ({ openTrainingGraph: async () => opened.graph }));
const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

const DATA = { sha256: "d".repeat(64), examples: 12 };
const ROOT = /^https:\/\/odin-llm\.invalid\/training\/[0-9a-f]{32}\/[0-9a-f]{32}\//;

let caches: FakeCaches;
let graph: FakeGraph;
let warnings: string[];
let events: TelemetryEvent[];
const open = new Set<TrainingThread>();

beforeEach(() => {
  caches = new FakeCaches();
  vi.stubGlobal("caches", caches);
  vi.stubGlobal("navigator", { locks: new FakeLocks() });
  [warnings, events] = [[], []];
});

afterEach(async () => {
  for (const thread of open) await thread.close();
  open.clear();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function source(changes: Parameters<typeof describedAs>[0] = {}): OwnTraining {
  const bytes = new Uint8Array(1);
  const description = { ...describedAs(changes) };
  return { description, graph: bytes, adapted: bytes, parameters: firstParameters() };
}

function listener(signal = new AbortController().signal, onReplay = (_: number, __: number) => {}) {
  const onEvent = (event: TelemetryEvent) => {
    events.push(event);
    if (event.type === "warning") warnings.push(event.message);
  };
  return { onProgress: () => {}, onReplay, onEvent, signal };
}

async function start(
  changes: Partial<StartTraining> = {},
  listening = listener(),
): Promise<TrainingResults["start"] & { thread: TrainingThread }> {
  const thread = new TrainingThread();
  open.add(thread);
  graph = new FakeGraph();
  opened.graph = graph;
  const call: StartTraining = {
    kind: "start",
    source: source(),
    ortUrl: "",
    threads: 1,
    model: { name: "toy", version: "1.0.0" },
    seed: null,
    data: null,
    resume: true,
    keep: true,
    checkpointEvery: 3,
    ...changes,
  };
  return { thread, ...((await thread.handle(call, listening)) as TrainingResults["start"]) };
}

async function step(thread: TrainingThread, batch = batchOf(), signal?: AbortSignal): Promise<StepResult> {
  const call = { kind: "step", batch, options: { lr: 0.5 } } as const;
  return ((await thread.handle(call, listener(signal))) as TrainingResults["step"]).result;
}

async function steps(thread: TrainingThread, count: number, first = 0): Promise<number[]> {
  const losses: number[] = [];
  for (let i = first; i < first + count; i++) losses.push((await step(thread, batchOf(i % 10))).loss);
  return losses;
}

async function hash(thread: TrainingThread): Promise<string> {
  return ((await thread.handle({ kind: "parameters" }, listener())) as TrainingResults["parameters"]).sha256;
}

const refusal = (code: string, words: string) => ({ code, message: expect.stringContaining(words) as string });
const stored = () => [...caches.entries.keys()].map((key) => key.replace(ROOT, ""));

/** The thread ends without a word, as with its tab. */
async function kill(thread: TrainingThread): Promise<void> {
  await thread.close(); // only so that the lock is free, as a browser sees to
  open.delete(thread);
}

test("a thread that was killed loses nothing: the state is computed again from checkpoint and journal", async () => {
  const whole = await start({ keep: false });
  const losses = await steps(whole.thread, 8);
  const first = await start({ data: DATA, seed: 7 });
  expect(first).toMatchObject({ resumed: false, step: 0, parameters: 5, record: { data: DATA, seed: 7, steps: [] } });
  await steps(first.thread, 5);
  expect(stored()).toEqual(["step/1", "step/2", "step/3", "checkpoint/3", "step/4", "step/5"]);
  await kill(first.thread);
  const replays: number[][] = [];
  const again = await start({ data: DATA }, listener(undefined, (done, total) => replays.push([done, total])));
  expect(again).toMatchObject({ resumed: true, step: 5, record: { data: DATA, seed: 7 } });
  expect(again.record.steps.map(({ loss }) => loss)).toEqual(losses.slice(0, 5));
  expect(replays).toEqual([[0, 2], [1, 2], [2, 2]]);
  expect(graph.runs).toHaveLength(2);
  expect(await steps(again.thread, 3, 5)).toEqual(losses.slice(5));
  expect(await hash(again.thread)).toBe(await hash(whole.thread));
  expect(warnings).toEqual([]);
});

test("skipped steps and their loss scale are taken up as well", async () => {
  const scaled = source({ precision: { loss_scaling: true } });
  const first = await start({ source: scaled });
  graph.outcome = (run) => ({ overflow: run === 2 });
  await steps(first.thread, 2);
  await kill(first.thread);
  const thread = new TrainingThread();
  open.add(thread);
  graph = new FakeGraph();
  opened.graph = graph;
  graph.outcome = (run) => ({ overflow: run === 2 });
  await thread.handle({ ...startCall(scaled) }, listener());
  const result = await step(thread);
  expect([result.step, result.lossScale]).toEqual([2, 32768]);
});

function startCall(own: OwnTraining): StartTraining {
  const model = { name: null, version: null };
  const rest = { seed: null, data: null, resume: true, keep: true, checkpointEvery: 3 };
  return { kind: "start", source: own, ortUrl: "", threads: 1, model, ...rest };
}

test("without `resume` what is stored is deleted, and without `keep` nothing is stored", async () => {
  const first = await start();
  await steps(first.thread, 2);
  await kill(first.thread);
  const without = await start({ keep: false });
  await steps(without.thread, 4);
  expect([without.resumed, stored()]).toEqual([false, ["step/1", "step/2"]]);
  const anew = await start({ resume: false });
  expect([anew.resumed, stored()]).toEqual([false, []]);
});

test("what was learned from other examples is not gone on with unasked", async () => {
  const first = await start({ data: DATA });
  await steps(first.thread, 1);
  await kill(first.thread);
  const other = start({ data: { ...DATA, sha256: "e".repeat(64) } });
  await expect(other).rejects.toMatchObject(refusal("bad-option", "other examples"));
  expect(stored()).toEqual(["step/1"]);
  expect(await start()).toMatchObject({ resumed: true, record: { data: DATA } });
});

function damage(name: string): void {
  const key = [...caches.entries.keys()].find((url) => url.endsWith(name))!;
  caches.entries.set(key, caches.entries.get(key)!.with(100, 0) as Uint8Array<ArrayBuffer>);
}

test.each([
  ["step/8", 7, ["checkpoint/3", "step/4", "step/5", "step/6", "checkpoint/6", "step/7"]],
  ["step/7", 6, ["checkpoint/3", "step/4", "step/5", "step/6", "checkpoint/6"]],
])("of a damaged %s on what follows is lost, and said to be", async (name, left, kept) => {
  const first = await start();
  await steps(first.thread, 8);
  await kill(first.thread);
  damage(name);
  const again = await start();
  expect([again.step, stored()]).toEqual([left, kept]);
  expect(warnings.join()).toMatch(/damaged/);
  await steps(again.thread, 1);
});

test.each([
  [5, "checkpoint/3"],
  [8, "checkpoint/6"],
  [11, "checkpoint/9"],
])("after %d steps nothing is lost with %s, and it is said", async (count, name) => {
  const whole = await start({ keep: false });
  await steps(whole.thread, count);
  const first = await start();
  await steps(first.thread, count);
  await kill(first.thread);
  damage(name);
  const again = await start();
  expect([again.step, await hash(again.thread)]).toEqual([count, await hash(whole.thread)]);
  expect(warnings.join()).toMatch(/damaged/);
});

test("steps that do not give their losses again are lost, and said to be", async () => {
  const first = await start();
  await steps(first.thread, 2);
  await kill(first.thread);
  const thread = new TrainingThread();
  open.add(thread);
  graph = new FakeGraph();
  opened.graph = graph;
  graph.outcome = (run) => (run === 2 ? { loss: 9 } : {});
  const again = (await thread.handle(startCall(source()), listener())) as TrainingResults["start"];
  expect([again.step, stored(), warnings.length]).toEqual([1, ["step/1"], 1]);
});

test("no room for a step: it is not applied, and can be done again", async () => {
  const { thread } = await start();
  await steps(thread, 1);
  const before = await hash(thread);
  caches.quota = caches.usage;
  await expect(step(thread)).rejects.toMatchObject(refusal("storage", "no room"));
  expect([await hash(thread), stored()]).toEqual([before, ["step/1"]]);
  caches.quota = Infinity;
  expect((await step(thread)).step).toBe(2);
});

test("no room for a checkpoint: the journal goes on", async () => {
  const { thread } = await start();
  await steps(thread, 2);
  const put = vi.spyOn(caches, "open");
  const size = Math.max(...[...caches.entries.values()].map(({ length }) => length));
  caches.quota = caches.usage + size + 50; // one more step
  await steps(thread, 1);
  expect([stored(), warnings.length]).toEqual([["step/1", "step/2", "step/3"], 1]);
  caches.quota = Infinity;
  await steps(thread, 3, 3);
  expect(stored()).toContain("checkpoint/6");
  put.mockRestore();
});

test("storage that is refused, or hangs, is an error of its own", async () => {
  vi.stubGlobal("caches", undefined);
  await expect(start()).rejects.toMatchObject(refusal("storage", "keep: false"));
  expect((await start({ keep: false })).step).toBe(0);
  vi.stubGlobal("caches", { open: async () => ({ keys: () => new Promise(() => {}) }) });
  vi.useFakeTimers();
  const hanging = expect(start()).rejects.toMatchObject(refusal("storage", "no answer"));
  await vi.advanceTimersByTimeAsync(61_000);
  await hanging;
});

test("two trainings of one model at a time: the second is refused, until the first has ended", async () => {
  const first = await start();
  vi.useFakeTimers();
  const second = start();
  const refused = expect(second).rejects.toMatchObject(refusal("storage", "Another tab"));
  await vi.advanceTimersByTimeAsync(4000);
  await refused;
  vi.useRealTimers();
  expect((await start({ source: source({ graph_sha256: "c".repeat(64) }) })).step).toBe(0); // another graph
  await kill(first.thread);
  expect((await start()).step).toBe(0);
});

test("without locks as well a second training waits for the end of the first, and not for ever", async () => {
  vi.stubGlobal("navigator", {});
  const first = await start();
  const second = start();
  await soon();
  await kill(first.thread);
  expect((await second).step).toBe(0);
  vi.useFakeTimers();
  const refused = expect(start()).rejects.toMatchObject(refusal("storage", "Another tab"));
  await vi.advanceTimersByTimeAsync(4000);
  await refused;
});

test("a step that is stopped while it is computed changes nothing and is not stored", async () => {
  const { thread } = await start();
  const before = await hash(thread);
  const stop = new AbortController();
  graph.outcome = () => {
    stop.abort();
    return {};
  };
  await expect(step(thread, batchOf(), stop.signal)).rejects.toMatchObject({ code: "aborted" });
  expect([await hash(thread), stored()]).toEqual([before, []]);
  graph.outcome = () => ({});
  expect((await step(thread)).step).toBe(1);
});

test.each<[string, TrainingBatch, () => Error | object, string]>([
  ["data that is not as it should be", batchOf(99), () => ({}), "bad-data"],
  ["a run that fails", batchOf(), () => new Error("out of memory"), "out of memory"],
])("%s: nothing changes and nothing is stored", async (_, batch, outcome, words) => {
  const { thread } = await start();
  await steps(thread, 1);
  const [before, kept] = [await hash(thread), stored()];
  graph.outcome = outcome;
  const failed = await step(thread, batch).catch((error: Error) => error);
  expect(`${(failed as { code?: string }).code} ${(failed as Error).message}`).toContain(words);
  expect([await hash(thread), stored()]).toEqual([before, kept]);
});

const graphs = ["b", "c"].map((digit) => source({ graph_sha256: digit.repeat(64) }));
const others = source({ weights_sha256: "e".repeat(64) });

/** A step of each is stored, though they were trained at the same time. */
async function trained(...own: OwnTraining[]): Promise<TrainingThread[]> {
  const threads: TrainingThread[] = [];
  for (const each of own) threads.push((await start({ source: each })).thread);
  for (const thread of threads) await steps(thread, 1);
  return threads;
}

test("forgetting deletes all trainings of a model, and of no other", async () => {
  for (const thread of await trained(...graphs, others)) await kill(thread);
  expect(caches.entries.size).toBe(3);
  await new TrainingThread().handle({ kind: "forget", source: graphs[0]! }, listener());
  expect(caches.entries.size).toBe(1);
  expect((await start({ source: others })).step).toBe(1);
});

test("forgetting is refused while another tab trains, and deletes nothing then", async () => {
  const [first, second] = await trained(...graphs);
  await kill(first!);
  vi.useFakeTimers();
  const forgetting = new TrainingThread().handle({ kind: "forget", source: graphs[0]! }, listener());
  const refused = expect(forgetting).rejects.toMatchObject(refusal("storage", "Another tab"));
  await vi.advanceTimersByTimeAsync(4000);
  await refused;
  vi.useRealTimers();
  expect(caches.entries.size).toBe(2);
  await kill(second!);
  expect((await start({ source: graphs[0]! })).step).toBe(1); // what had been locked is free again
  await kill([...open].at(-1)!);
  await new TrainingThread().handle({ kind: "forget", source: graphs[0]! }, listener());
  expect(caches.entries.size).toBe(0);
});

test("a training that begins anew drops those of former graphs, unless another tab trains one", async () => {
  const third = source({ graph_sha256: "d".repeat(64) });
  const [first, second, other] = await trained(...graphs, others);
  await kill(first!);
  await kill(other!);
  expect((await start({ source: third })).resumed).toBe(false);
  expect(caches.entries.size).toBe(2);
  await steps(second!, 1);
  await kill(second!);
  expect((await start({ source: graphs[1]! })).step).toBe(2); // one that is taken up drops nothing
  expect(caches.entries.size).toBe(3);
});

test("a start that is stopped while the graph opens leaves the storage, and lets go of graph and lock", async () => {
  const first = await start();
  await steps(first.thread, 2);
  await kill(first.thread);
  const thread = new TrainingThread();
  const stop = new AbortController();
  let opens = (_: FakeGraph) => {};
  opened.graph = new Promise((resolve) => (opens = resolve));
  const starting = thread.handle({ ...startCall(source()), resume: false }, listener(stop.signal));
  const stopped = expect(starting).rejects.toMatchObject({ code: "aborted" });
  await soon();
  stop.abort();
  const closed = thread.close();
  graph = new FakeGraph();
  opens(graph);
  await stopped;
  await closed;
  expect([graph.released.mock.calls.length, stored()]).toEqual([1, ["step/1", "step/2"]]);
  expect((await start()).step).toBe(2);
});

test("a start that fails once the graph is open lets go of it", async () => {
  const first = await start({ data: DATA });
  await steps(first.thread, 1);
  await kill(first.thread);
  await expect(start({ data: { ...DATA, examples: 2, sha256: "e".repeat(64) } })).rejects.toThrow("other examples");
  expect(graph.released).toHaveBeenCalledOnce();
});

test("a thread that is closed while it computes lets go of the graph afterwards", async () => {
  const { thread } = await start();
  let computing = false;
  let finish = () => {};
  const run = graph.run.bind(graph);
  graph.run = async (inputs) => {
    computing = true;
    await new Promise<void>((resolve) => (finish = resolve));
    computing = false;
    return run(inputs);
  };
  graph.released.mockImplementation(() => expect(computing).toBe(false));
  const stepping = step(thread);
  await vi.waitFor(() => expect(computing).toBe(true));
  const closed = thread.close();
  await soon();
  finish();
  await Promise.all([stepping, closed]);
  expect(graph.released).toHaveBeenCalledOnce();
});

test("what was learned with another seed is not gone on with unasked", async () => {
  const first = await start({ seed: 7 });
  await steps(first.thread, 1);
  await kill(first.thread);
  await expect(start({ seed: 0 })).rejects.toMatchObject(refusal("bad-option", "with seed 7, not 0"));
  expect((await start({ seed: 7 })).record.seed).toBe(7);
});

test("good steps are counted on after a reload, so that the loss scale grows when it should", async () => {
  const first = await start({ source: source({ precision: { loss_scaling: true } }), checkpointEvery: 1000 });
  graph.outcome = (run) => ({ overflow: run === 1 });
  await steps(first.thread, 1500);
  await kill(first.thread);
  const again = await start({ source: source({ precision: { loss_scaling: true } }), checkpointEvery: 1000 });
  await steps(again.thread, 501);
  expect((await step(again.thread)).lossScale).toBe(65536);
  const scales = again.record.steps.map(({ lossScale }) => lossScale);
  expect(scales.slice(0, 2)).toEqual([65536, 32768]);
});

test("each step is told to telemetry, with what it took", async () => {
  const { thread } = await start();
  const { timings } = await step(thread);
  const told = events.find(({ type }) => type === "training-step");
  const { totalMs: ms, computeMs, storeMs } = timings;
  expect(told).toEqual({ type: "training-step", ms, computeMs, storeMs });
  expect(timings.totalMs).toBeGreaterThanOrEqual(timings.computeMs + timings.storeMs);
});
