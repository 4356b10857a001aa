/** A training in the thread that computes it: fetches, steps, and what of them is stored. */

import { sha256Pieces } from "../download/hash";
import { OdinError } from "../errors";
import { memoryTaken, watchMemory } from "../memory";
import { nextTask } from "../model";
import { platform } from "../platform";
import { missingFile } from "../ortfiles";
import type { Tokenizer } from "../tokenizer";
import { VERSION } from "../version";
import { batchSha256, trainingBatches, type Encode } from "./batches";
import { TrainingFiles, type FilesListener } from "./files";
import { clear, History, runsOf, type JournalEntry, type RunHead } from "./history";
import { holdFreeRun, holdRun } from "./locks";
import type { BatchRequest, StartTraining, TrainingCall, TrainingResults, TrainingStarted } from "./messages";
import { sameLoss, TRAINING_RECORD_FORMAT, type TrainingRecord, type TrainingStep } from "./record";
import { openTrainingGraph, type TrainingGraph } from "./session";
import { browserStorage, storageError, type TrainingStorage } from "./storage";
import { Trainer, type Computed } from "./trainer";
import type { BatchOptions, Example, StepResult, TrainingBatch } from "./types";

export interface TrainingListener extends FilesListener {
  onReplay: (done: number, total: number) => void;
}

interface Run {
  trainer: Trainer;
  files: TrainingFiles;
  head: RunHead;
  steps: TrainingStep[];
  history: History | undefined;
  checkpointEvery: number;
  release: () => void;
}

export class TrainingThread {
  #run: Run | undefined;
  #tokenizer: Promise<Tokenizer> | undefined;
  /** Ends with all that was asked for. */
  #working: Promise<unknown> = Promise.resolve();
  readonly #sets = new Map<number, { iterator: AsyncIterator<TrainingBatch>; next: number }>();

  /** @throws OdinError */
  async handle(call: TrainingCall, listener: TrainingListener): Promise<TrainingResults[TrainingCall["kind"]]> {
    if (call.kind === "close") {
      await this.close();
      return null;
    }
    const work = this.#work(call, listener);
    this.#working = Promise.allSettled([this.#working, work]).then(() => {}); // keeps no results
    return work;
  }

  /** Lets go of the graph and of the storage, after what is being computed. */
  async close(): Promise<void> {
    await this.#working;
    const run = this.#run;
    this.#run = undefined;
    run?.release();
    await run?.trainer.graph.release();
  }

  async #work(
    call: Exclude<TrainingCall, { kind: "close" }>,
    listener: TrainingListener,
  ): Promise<TrainingResults[TrainingCall["kind"]]> {
    switch (call.kind) {
      case "start":
        return this.#start(call, listener);
      case "step":
        return this.#step(this.#open, call, listener);
      case "batch":
        return this.#batch(call);
      case "parameters": {
        const parameters = this.#open.trainer.parameters();
        return { parameters, sha256: await sha256Pieces([parameters]) };
      }
      case "describe": {
        const files = await TrainingFiles.open(call.source, listener);
        return { description: files.description, parameters: await files.parameters() };
      }
      case "forget": {
        const { key } = await TrainingFiles.open(call.source, listener);
        const storage = await openStorage();
        if (storage) await forget(storage, key.model, listener.signal);
        return null;
      }
    }
  }

  get #open(): Run {
    if (this.#run) return this.#run;
    throw new OdinError("engine", "The training is not open. Start it again.");
  }

  async #start(call: StartTraining, listener: TrainingListener): Promise<TrainingStarted> {
    watchMemory();
    const { signal } = listener;
    const files = await TrainingFiles.open(call.source, listener);
    const storage = call.keep ? await openStorage() : undefined;
    if (call.keep && !storage) throw storageError("the browser refuses to store anything for this page");
    const release = storage ? await holdRun(files.key.run, signal) : () => {};
    let graph: TrainingGraph | undefined;
    try {
      const [parameters, graphFiles] = await Promise.all([files.parameters(), files.graph()]);
      const first = await sha256Pieces([parameters]);
      graph = await openGraph(graphFiles, call);
      requireWanted(signal);
      const trainer = new Trainer(graph, files.description, parameters);
      const warn = (message: string) => listener.onEvent?.({ type: "warning", message });
      const history = storage && new History(storage, files.key.run, warn);
      const { seed, data, checkpointEvery } = call;
      const head = { seed: seed ?? 0, data };
      const run: Run = { trainer, files, head, steps: [], history, checkpointEvery, release };
      if (history && call.resume) await takeUp(run, history, call, listener);
      requireWanted(signal);
      if (history && !call.resume) await history.clear();
      if (storage && run.steps.length === 0) await dropOthers(storage, files.key);
      requireWanted(signal);
      this.#run = run;
      return {
        description: files.description,
        parameters: trainer.state.parameters.length,
        step: trainer.state.step,
        resumed: run.steps.length > 0,
        record: recordOf(run, call, first),
      };
    } catch (error) {
      await graph?.release().catch(() => {}); // what went wrong first counts
      release();
      throw error;
    }
  }

  async #step(
    run: Run,
    { batch, options }: Extract<TrainingCall, { kind: "step" }>,
    { signal, onEvent }: TrainingListener,
  ): Promise<TrainingResults["step"]> {
    const started = performance.now();
    const { trainer, history, steps, head } = run;
    const computed = await trainer.compute(batch, options);
    await nextTask(); // a stop that came while the graph computed
    if (signal.aborted) throw new OdinError("aborted", "The step was stopped, and the model is as before it.");
    const recorded = recordedStep(computed, batch);
    let storeMs = await timed(async () => history?.append(steps.length + 1, journalEntry(head, batch, recorded)));
    trainer.apply(computed);
    steps.push(recorded);
    if (history && steps.length % run.checkpointEvery === 0) {
      // Without it nothing is lost, since the journal goes on.
      const warn = (error: Error) => onEvent?.({ type: "warning", message: error.message });
      storeMs += await timed(() => history.checkpoint({ head, steps, state: trainer.state }).catch(warn));
    }
    const { loss, gradientNorm, skipped, settings, computeMs } = computed;
    const timings = { totalMs: performance.now() - started, computeMs, storeMs };
    onEvent?.({ type: "training-step", ms: timings.totalMs, computeMs, storeMs });
    const memory = memoryTaken();
    if (memory) onEvent?.({ type: "memory", ...memory });
    const { step } = trainer.state;
    const result: StepResult = { step, loss, gradientNorm, skipped, lossScale: settings.lossScale, timings, memory };
    return { result, recorded };
  }

  async #batch({ set, index, examples, options }: BatchRequest): Promise<TrainingResults["batch"]> {
    let open = this.#sets.get(set);
    if (open?.next !== index) {
      if (!examples) return "unknown";
      open = { iterator: await this.#batches(examples, options), next: 0 };
      this.#sets.set(set, open);
      for (; open.next < index; open.next++) await open.iterator.next();
    }
    const { done, value } = await open.iterator.next();
    open.next++;
    if (!done) return value as TrainingBatch;
    this.#sets.delete(set);
    return null;
  }

  async #batches(examples: Example[], options: BatchOptions): Promise<AsyncIterator<TrainingBatch>> {
    const { files } = this.#open;
    this.#tokenizer ??= files.tokenizer();
    const tokenizer = await this.#tokenizer;
    const { batch, seq, pad_token_id: padTokenId } = files.description;
    const rows = (async function* () {
      yield* examples;
    })();
    const encode: Encode = (messages, rest) => tokenizer.applyChatTemplate(messages, rest);
    return trainingBatches(rows, encode, { batch, seq, padTokenId }, options)[Symbol.asyncIterator]();
  }
}

async function openStorage(): Promise<TrainingStorage | undefined> {
  return (platform.trainingStorage ?? browserStorage)();
}

/** Deletes all runs of a model. @throws OdinError `storage` when one of them is trained; nothing is deleted then */
async function forget(storage: TrainingStorage, model: string, signal: AbortSignal): Promise<void> {
  const held: (() => void)[] = [];
  try {
    const runs = await runsOf(storage, model);
    for (const run of runs) held.push(await holdRun(run, signal));
    for (const run of runs) await clear(storage, `${run}/`);
  } finally {
    for (const release of held) release();
  }
}

/** Deletes the runs of graphs that the model had before it was exported again, but for those that are trained. */
async function dropOthers(storage: TrainingStorage, { model, run }: TrainingFiles["key"]): Promise<void> {
  for (const other of (await runsOf(storage, model)).filter((name) => name !== run)) {
    const release = await holdFreeRun(other);
    if (!release) continue;
    await clear(storage, `${other}/`).finally(release);
  }
}

function requireWanted(signal: AbortSignal): void {
  if (signal.aborted) throw new OdinError("aborted", "The start of the training was stopped.");
}

async function openGraph(files: Awaited<ReturnType<TrainingFiles["graph"]>>, { threads, ortUrl }: StartTraining) {
  try {
    return await openTrainingGraph(files, threads, ortUrl);
  } catch (error) {
    if (error instanceof OdinError) throw error;
    const missing = platform.writeFile ? undefined : await missingFile(ortUrl, "wasm");
    throw missing ?? OdinError.from(error, "The training could not be started");
  }
}

/** Takes up what is stored: the checkpoint, and then the steps of the journal, computed again. */
async function takeUp(
  run: Run,
  history: History,
  { data, seed }: StartTraining,
  { onReplay, onEvent, signal }: TrainingListener,
): Promise<void> {
  const { trainer, steps } = run;
  const { checkpoint: stored, journal } = await history.load(trainer.state.parameters.length);
  const head = stored?.head ?? journal[0]?.head;
  if (!head) return;
  if (data && data.sha256 !== head.data?.sha256) {
    throw new OdinError(
      "bad-option",
      "What is stored of this model was learned from other examples. Start with `resume: false` to begin anew, " +
        "which deletes it, or without `data` to go on with it.",
    );
  }
  if (seed !== null && seed !== head.seed) {
    throw new OdinError(
      "bad-option",
      `What is stored of this model was learned with seed ${head.seed}, not ${seed}. Start with \`resume: false\` ` +
        "to begin anew, which deletes it, or without `seed` to go on with it.",
    );
  }
  run.head = head;
  if (stored) {
    trainer.restore(stored.state);
    steps.push(...stored.steps);
  }
  for (const [done, entry] of journal.entries()) {
    onReplay(done, journal.length);
    await nextTask();
    requireWanted(signal);
    const { lr, clip, lossScale } = entry.step;
    const computed = await trainer.compute(batchOf(entry), { lr, clip, lossScale });
    if (!sameLoss(computed, entry.step)) {
      const number = steps.length + 1;
      const message = `step ${number} does not give its loss again: it and what followed is lost`;
      onEvent?.({ type: "warning", message });
      await history.cut(number);
      return;
    }
    trainer.apply(computed);
    steps.push(entry.step);
  }
  onReplay(journal.length, journal.length);
}

/** How long it takes, in milliseconds. */
async function timed(task: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await task();
  return performance.now() - started;
}

function recordedStep({ settings, loss, gradientNorm, skipped }: Computed, batch: TrainingBatch): TrainingStep {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    ...settings,
    loss: finite(loss),
    gradientNorm: finite(gradientNorm),
    skipped,
    batchSha256: batchSha256(batch),
  };
}

function journalEntry(head: RunHead, batch: TrainingBatch, step: TrainingStep): JournalEntry {
  const { rows, length, examples, inputIds, labels, segments } = batch;
  const numbers = { inputIds: [...inputIds], labels: [...labels], segments: [...segments] };
  return { head, batch: { rows, length, examples, ...numbers }, step };
}

function batchOf({ batch }: JournalEntry): TrainingBatch {
  const { inputIds, labels, segments } = batch;
  return {
    ...batch,
    inputIds: Int32Array.from(inputIds),
    labels: Int32Array.from(labels),
    segments: Int32Array.from(segments),
  };
}

function recordOf({ trainer, files, head, steps }: Run, call: StartTraining, first: string): TrainingRecord {
  const { description } = files;
  const { weights_sha256: weights, graph_sha256: graph, kind, precision, optimizer, batch, seq } = description;
  return {
    format: TRAINING_RECORD_FORMAT,
    runtime: VERSION,
    model: call.model,
    hashes: { weights, graph, parameters: first },
    kind,
    device: trainer.graph.device,
    threads: call.threads,
    precision,
    optimizer,
    batch: { rows: batch, length: seq },
    seed: head.seed,
    data: head.data,
    steps: [...steps],
  };
}
