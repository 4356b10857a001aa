/** A training as the page has it: the thread that it runs in, and what it has come to. */

import { Checks } from "../checks";
import { connect, type Connection } from "../connection";
import { sha256Pieces } from "../download/hash";
import { OdinError } from "../errors";
import type { Learned, ModelInfo, Reply, StartOptions } from "../protocol";
import { parseTrainingDescription, type TrainingDescription } from "./description";
import type { StartTraining, TrainingCall, TrainingResults, TrainingSource } from "./messages";
import { fromPeft, toPeft } from "./peft";
import { parseData, type TrainingRecord } from "./record";
import { readHeader, type FloatTensor } from "./safetensors";
import type {
  AdapterFiles,
  BatchOptions,
  Example,
  StepOptions,
  StepResult,
  TrainingBatch,
  TrainingOptions,
  TrainingState,
} from "./types";

type Bytes = Uint8Array<ArrayBuffer>;

/** The model that is trained. */
export interface Trainee {
  options: Pick<StartOptions, "worker" | "onProgress" | "onTelemetry">;
  ortUrl: string;
  source: TrainingSource;
  info: () => Pick<ModelInfo, "device" | "threads" | "model" | "version">;
}

interface Waiting {
  resolve: (result: TrainingResults[TrainingCall["kind"]]) => void;
  reject: (error: OdinError) => void;
  onReplay: ((done: number, total: number) => void) | undefined;
}

const CHECKPOINT_EVERY = 25;
const MOST = Number.MAX_SAFE_INTEGER;

const checks = new Checks("bad-option", "Give startTraining() that, or leave it out");

export class TrainingClient {
  /** Changes with what is to be generated with. */
  version = 0;
  #connection: Connection | undefined;
  #state: Omit<TrainingState, "record"> | undefined;
  #description: TrainingDescription | undefined;
  #record: TrainingRecord | undefined;
  #learned: Learned | undefined;
  /** The version that `#learned` is of. */
  #learnedVersion = 0;
  #onProgress: TrainingOptions["onProgress"];
  /** With which a step starts the training again; undefined when what was learned was not stored, and so is lost. */
  #again: TrainingOptions | undefined = {};
  #disposed: OdinError | undefined;
  #nextId = 1;
  #nextSet = 1;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #waiting = new Map<number, Waiting>();

  constructor(readonly trainee: Trainee) {}

  get state(): TrainingState | undefined {
    return this.#state && { ...this.#state, record: { ...this.#record!, steps: [...this.#record!.steps] } };
  }

  get open(): boolean {
    return this.#state !== undefined;
  }

  start(options: TrainingOptions = {}): Promise<TrainingState> {
    return this.#next(options.signal, () => this.#start(options));
  }

  step(batch: TrainingBatch, { signal, ...options }: StepOptions): Promise<StepResult> {
    return this.#next(signal, async () => {
      await this.#reopen(signal);
      const { result, recorded } = await this.#call({ kind: "step", batch, options }, { signal });
      this.#record!.steps.push(recorded);
      this.#state!.step = result.step;
      if (!result.skipped) this.version++;
      return result;
    });
  }

  async *batches(examples: AsyncIterable<Example>, options: BatchOptions): AsyncGenerator<TrainingBatch, void, void> {
    const rows: Example[] = [];
    for await (const row of examples) rows.push(row);
    const set = this.#nextSet++;
    let { seed } = options;
    for (let index = 0; ; index++) {
      const batch = await this.#next(undefined, async () => {
        await this.#reopen();
        seed ??= this.#record!.seed;
        const call = { kind: "batch", set, index, options: { ...options, seed } } as const;
        const found = await this.#call(call);
        return found === "unknown" ? this.#call({ ...call, examples: rows }) : found;
      });
      if (!batch || batch === "unknown") return;
      yield batch;
    }
  }

  /** Ends the thread. What it has learned can still be generated with. */
  stop(): Promise<void> {
    return this.#next(undefined, async () => {
      if (!this.#state) return;
      await this.#takeLearned();
      await this.#call({ kind: "close" });
      this.#close();
    });
  }

  /** Ends the thread, deletes what is stored, and drops what was learned; that stays in use when it cannot. */
  forget(): Promise<void> {
    return this.#next(undefined, async () => {
      if (this.#state) {
        await this.#takeLearned();
        await this.#call({ kind: "close" });
      }
      this.#close();
      await this.#alone({ kind: "forget", source: this.trainee.source });
      this.#again = {};
      this.#learn(undefined);
    });
  }

  /** Whether there is anything to generate with but the released weights. */
  get hasLearned(): boolean {
    return this.#learned !== undefined || this.#learnedVersion !== this.version;
  }

  /** What to generate with: undefined for the released weights. */
  learned(): Promise<Learned | undefined> {
    return this.#next(undefined, async () => {
      await this.#takeLearned();
      return this.#learned;
    });
  }

  exportAdapter(): Promise<AdapterFiles> {
    return this.#next(undefined, async () => {
      await this.#takeLearned();
      if (!this.#learned) throw new OdinError("bad-option", "Nothing has been learned yet. Train some steps first.");
      return toPeft(this.#description!, tensorsOf(this.#learned.parameters), this.trainee.info().model ?? null);
    });
  }

  /** @returns what takes it back, to what was generated with before. */
  loadAdapter(files: AdapterFiles): Promise<() => void> {
    return this.#next(undefined, async () => {
      if (this.#state) {
        throw new OdinError("bad-option", "An adapter cannot be loaded while the model is trained. Stop that first.");
      }
      const { description, parameters } = await this.#describe();
      const base = tensorsOf(parameters);
      for (const [name, values] of fromPeft(files, description, base)) base.get(name)!.data.set(values);
      this.#description = description;
      const sha256 = await sha256Pieces([parameters]);
      const former = this.#learned;
      this.#learn({ parameters, sha256, info: { sha256, kind: description.kind, source: "file" } });
      return () => this.#learn(former);
    });
  }

  /** Ends the thread, with `error` for all that was asked for and will be. */
  dispose(error: OdinError): void {
    this.#disposed = error;
    this.#close(error);
  }

  async #start(options: TrainingOptions): Promise<TrainingState> {
    const { seed, data, resume = true, keep = true, checkpointEvery = CHECKPOINT_EVERY } = options;
    const { signal, onProgress, onReplay } = options;
    if (this.#state) throw new OdinError("bad-option", "A training is open already. Stop it before another start.");
    const { source, ortUrl, info } = this.trainee;
    const { device, threads, model = null, version = null } = info();
    const call: StartTraining = {
      kind: "start",
      source,
      ortUrl,
      threads: device === "webgpu" ? 1 : threads,
      model: { name: model, version },
      seed: seed === undefined ? null : checks.integer(seed, 0, MOST, "seed"),
      data: data ? parseData(data, checks) : null,
      resume,
      keep,
      checkpointEvery: checks.integer(checkpointEvery, 1, MOST, "checkpointEvery"),
    };
    this.#onProgress = onProgress;
    const aborted = () => new OdinError("aborted", "The start of the training was stopped.");
    const stop = () => this.#close(aborted());
    signal?.addEventListener("abort", stop);
    try {
      await this.#connect();
      if (signal?.aborted) throw aborted(); // while its thread came up there was nothing to stop
      const { description, record, ...started } = await this.#call(call, { onReplay });
      if (signal?.aborted) throw aborted(); // its thread has been ended meanwhile
      const { kind, batch, seq } = description;
      this.#description = description;
      this.#record = record;
      this.#state = { kind, batch, seq, kept: keep, ...started };
      // After the thread has died the same training is started again.
      const { signal: _, ...again } = options;
      this.#again = keep ? { ...again, resume: true } : undefined;
      if (started.step > 0) this.version++;
      // A training that begins anew begins with the released weights, whatever was in use.
      else if (this.hasLearned) this.#learn(undefined);
      return this.state!;
    } catch (error) {
      this.#close();
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  async #reopen(signal?: AbortSignal): Promise<void> {
    if (this.#state) return;
    if (!this.#again) {
      const what = "The training has ended, and what it learned was not stored";
      throw new OdinError("engine", `${what}. Begin anew with startTraining().`);
    }
    await this.#start({ ...this.#again, ...(signal && { signal }) });
  }

  async #takeLearned(): Promise<void> {
    if (!this.#state || this.#learnedVersion === this.version) return;
    const { parameters, sha256 } = await this.#call({ kind: "parameters" });
    this.#learned = { parameters, sha256, info: { sha256, kind: this.#state.kind, source: "training" } };
    this.#learnedVersion = this.version;
  }

  #learn(learned: Learned | undefined): void {
    this.#learned = learned;
    this.#learnedVersion = ++this.version;
  }

  async #describe(): Promise<TrainingResults["describe"]> {
    const { source } = this.trainee;
    if ("url" in source) return this.#alone({ kind: "describe", source });
    return { description: parseTrainingDescription(source.description), parameters: source.parameters.slice() };
  }

  /** A call in a thread of its own. */
  async #alone<C extends TrainingCall>(call: C): Promise<TrainingResults[C["kind"]]> {
    await this.#connect();
    try {
      return await this.#call(call);
    } finally {
      this.#close();
    }
  }

  async #connect(): Promise<void> {
    const { worker = true } = this.trainee.options;
    const connection: Connection = await connect(
      worker,
      (reply) => this.#received(reply),
      (error) => this.#close(error),
    );
    if (this.#disposed) {
      connection.close();
      throw this.#disposed;
    }
    this.#connection = connection;
  }

  #call<C extends TrainingCall>(
    call: C,
    { signal, onReplay }: { signal?: AbortSignal | undefined; onReplay?: Waiting["onReplay"] } = {},
  ): Promise<TrainingResults[C["kind"]]> {
    const id = this.#nextId++;
    const connection = this.#connection;
    const stop = () => connection?.send({ type: "stop", id });
    signal?.addEventListener("abort", stop);
    const answered = new Promise<TrainingResults[TrainingCall["kind"]]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onReplay });
      if (!connection) throw new OdinError("engine", "The training has ended. Start it again.");
      const telemetry = this.trainee.options.onTelemetry !== undefined;
      try {
        connection.send({ type: "train", id, call, telemetry });
        if (signal?.aborted) stop();
      } catch (error) {
        const why = `cannot be sent to the training's thread: ${String(error)}`;
        throw new OdinError("bad-data", `The batch, the examples or an option ${why}. Give plain objects.`);
      }
    });
    return answered.finally(() => {
      this.#waiting.delete(id);
      signal?.removeEventListener("abort", stop);
    }) as Promise<TrainingResults[C["kind"]]>;
  }

  #received(reply: Reply): void {
    const { onTelemetry } = this.trainee.options;
    if (reply.type === "telemetry") onTelemetry?.(reply.event);
    else if (reply.type === "progress") {
      const { loaded, total, file } = reply;
      this.#onProgress?.({ loaded, total, file });
    }
    else if (reply.type === "replayed") this.#waiting.get(reply.id)?.onReplay?.(reply.done, reply.total);
    else if (reply.type === "trained") {
      this.#waiting.get(reply.id)?.resolve(reply.result as TrainingResults[TrainingCall["kind"]]);
    } else if (reply.type === "error") {
      const error = new OdinError(reply.code, reply.message);
      if (reply.id === undefined) this.#close(error);
      else this.#waiting.get(reply.id)?.reject(error);
    }
  }

  #close(error = new OdinError("engine", "The training was stopped.")): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#state = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  /** Runs `task` after what was asked for before. */
  #next<T>(signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(() => {
      if (this.#disposed) throw this.#disposed;
      if (signal?.aborted) throw new OdinError("aborted", "The training was stopped before this began.");
      return task();
    });
    this.#queue = run.catch(() => {});
    return run;
  }
}

/** The tensors of `train.safetensors`, as views of it. */
function tensorsOf(file: Bytes): Map<string, FloatTensor> {
  const tensors = readHeader(file).entries.map(({ name, shape, begin, end }) => {
    const count = (end - begin) / Float32Array.BYTES_PER_ELEMENT;
    return [name, { shape, data: new Float32Array(file.buffer, file.byteOffset + begin, count) }] as const;
  });
  return new Map(tensors);
}
