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
import { clear, History, type JournalEntry, type RunHead } from "./history";
import { holdRun } from "./locks";
import type { BatchRequest, StartTraining, TrainingCall, TrainingResults, TrainingStarted } from "./messages";
import { TRAINING_RECORD_FORMAT, type TrainingRecord, type TrainingStep } from "./record";
import { openTrainingGraph } from "./session";
import { browserStorage, storageError, type TrainingStorage } from "./storage";
import { Trainer, type Computed } from "./trainer";
import type { BatchOptions, Example, StepResult, TrainingBatch } from "./types";

/** On one engine they are the same to the bit; another number of threads rounds otherwise. */
const LOSS_TOLERANCE = 1e-3;

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
  readonly #sets = new Map<number, { iterator: AsyncIterator<TrainingBatch>; next: number }>();

  /** @throws OdinError */
  async handle(call: TrainingCall, listener: TrainingListener): Promise<TrainingResults[TrainingCall["kind"]]> {
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
        if (storage) await clear(storage, `${key.model}/`);
        return null;
      }
      case "close":
        await this.close();
        return null;
    }
  }

  async close(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    run?.release();
    await run?.trainer.graph.release();
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
    try {
      const [parameters, graphFiles] = await Promise.all([files.parameters(), files.graph()]);
      const first = await sha256Pieces([parameters]);
      const graph = await openGraph(graphFiles, call);
      const trainer = new Trainer(graph, files.description, parameters);
      const warn = (message: string) => listener.onEvent?.({ type: "warning", message });
      const history = storage && new History(storage, files.key.run, warn);
      const { seed, data, checkpointEvery } = call;
      const run: Run = { trainer, files, head: { seed, data }, steps: [], history, checkpointEvery, release };
      if (history && call.resume) await takeUp(run, history, call, listener);
      else await history?.clear();
      this.#run = run;
      return {
        description: files.description,
        parameters: trainer.state.parameters.length,
        step: trainer.state.step,
        resumed: run.steps.length > 0,
        record: recordOf(run, call, first),
      };
    } catch (error) {
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
  { data }: StartTraining,
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
  run.head = head;
  if (stored) {
    trainer.restore(stored.state);
    steps.push(...stored.steps);
  }
  for (const [done, entry] of journal.entries()) {
    onReplay(done, journal.length);
    await nextTask();
    if (signal.aborted) {
      throw new OdinError("aborted", "The start of the training was stopped. What is stored stays as it was.");
    }
    const { lr, clip, lossScale } = entry.step;
    const computed = await trainer.compute(batchOf(entry), { lr, clip, lossScale });
    const found = computed.skipped === entry.step.skipped;
    if (!found || !(computed.skipped || Math.abs(computed.loss - entry.step.loss!) <= LOSS_TOLERANCE)) {
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
