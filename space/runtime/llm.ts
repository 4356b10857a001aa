/** `OdinLLM`: a model that lives in a thread of its own, and what a page asks of it. */

import { scriptMissing, type Connection } from "./connection";
import type { Dataset } from "./data";
import { OdinError } from "./errors";
import { launch } from "./launch";
import { OwnModel, type OwnOptions, type OwnWeights } from "./own";
import { platform } from "./platform";
import type {
  Call,
  Chunk,
  Failure,
  GenerateOptions,
  Learned,
  ModelFiles,
  ModelInfo,
  Prompt,
  Reply,
  StartOptions,
  Stats,
} from "./protocol";
import { checkRecord, parseRecord, type RunRecord } from "./record";
import type { TrainingClient } from "./training/client";
import type { TrainingRecord } from "./training/record";
import type { ReplayOptions } from "./training/replay";
import type {
  AdapterFiles,
  AdapterInfo,
  BatchOptions,
  Example,
  StepOptions,
  StepResult,
  TrainingBatch,
  TrainingOptions,
  TrainingState,
} from "./training/types";
import { someVisitor } from "./variants";

export interface GenerateCall extends GenerateOptions {
  /** Aborting ends the answer after the token being computed; the iterator then finishes without an error. */
  signal?: AbortSignal;
  /** Called while a long prompt is read, with tokens read so far and in all. */
  onPrefill?: (done: number, total: number) => void;
}

export type CreateOptions = StartOptions & OwnOptions;

type Listener = { reply: (reply: Reply) => void; fail: (error: OdinError) => void };

export class OdinLLM {
  #nextId = 1;
  #queue: Promise<unknown> = Promise.resolve();
  #connection: Connection | undefined;
  #info: ModelInfo | undefined;
  /** Why the model has to be started again before the next answer. */
  #broken: OdinError | undefined;
  #disposed = false;
  #training: TrainingClient | undefined;
  /** What the model generates with; undefined for the released weights. */
  #learned: Learned | undefined;
  /** Of what was learned, as the training counts it. */
  #version = 0;
  readonly #listeners = new Set<Listener>();
  // A WebAssembly step lets no message in; shared memory it can look at.
  readonly #stop = globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(4)) : undefined;

  private constructor(
    readonly url: string | undefined,
    readonly options: StartOptions,
    private readonly own?: OwnModel,
  ) {}

  /**
   * Downloads, checks and starts a model.
   *
   * @param url folder of the model, or of a manifest that lists variants of it, or a `.onnx` file whose folder (or the
   *   one above) holds the rest; relative addresses are taken from the page, in Node from the working directory.
   * @throws OdinError with words for the person in front of the screen.
   */
  static async load(url: string | URL, options: StartOptions = {}): Promise<OdinLLM> {
    // The same visitor for each further start, so that it does not come to another variant.
    const { visitor = someVisitor() } = options;
    const llm = new OdinLLM(platform.resolve(String(url)), { ...options, visitor });
    await llm.#start([], undefined);
    return llm;
  }

  /**
   * Starts a model from a caller's own bytes: nothing is fetched but onnxruntime, and nothing is stored.
   *
   * @param config the contents of `config.json`.
   * @param options `dtype` is what the file is made in; default `q8`.
   * @throws OdinError as {@link load}.
   */
  static async createModel(
    config: Record<string, unknown>,
    weights: OwnWeights,
    { tokenizer, generationConfig, training, ...options }: CreateOptions = {},
  ): Promise<OdinLLM> {
    const { dtype = "auto" } = options;
    const made = { tokenizer, generationConfig, training };
    const { own, files } = await OwnModel.make(config, weights, dtype === "auto" ? "q8" : dtype, made);
    const llm = new OdinLLM(undefined, options, own);
    await llm.#start([], files);
    return llm;
  }

  /** What was loaded, and how it runs. */
  get info(): ModelInfo {
    return this.#info!;
  }

  /**
   * Answers `prompt`, piece by piece; the iterator's return value is the statistics. Calls wait for one another.
   *
   * Of a conversation that goes on from the last answer only the new turn is read.
   *
   * What was learned since the last answer is used from this one on. Where that cannot be started, this call says why,
   * and the model goes on as before, until something else is learned.
   *
   * @throws OdinError `empty-prompt`, `prompt-too-long`, `bad-option`, `device-lost`, `engine`.
   */
  generate(prompt: Prompt, call: GenerateCall = {}): AsyncGenerator<Chunk, Stats, void> {
    return this.#answers({ kind: "prompt", prompt }, call);
  }

  /**
   * Goes on with the last answer where it was stopped or cut, with the options that it had; `maxTokens` counts anew.
   * The two parts together are what one call would have given.
   *
   * @throws OdinError `bad-option` when there is none, or it was complete; otherwise as {@link generate}.
   */
  continue(call: Pick<GenerateCall, "maxTokens" | "signal" | "onPrefill"> = {}): AsyncGenerator<Chunk, Stats, void> {
    return this.#answers({ kind: "continue" }, call);
  }

  /**
   * Generates what a record says once more.
   *
   * @throws OdinError `bad-record` when it is damaged, or of another model, tokenizer or dtype, or when other tokens
   *   come out; otherwise as {@link generate}.
   */
  async *replay(
    record: RunRecord | string,
    call: Pick<GenerateCall, "signal" | "onPrefill"> = {},
  ): AsyncGenerator<Chunk, Stats, void> {
    const parsed = parseRecord(record);
    await this.#alone(() => this.#adapt());
    for (const message of checkRecord(parsed, this.info)) this.options.onTelemetry?.({ type: "warning", message });
    const { parameters, seed, prompt, reads, firstDraw, tokens, finish } = parsed;
    if (tokens.length === 0) throw new OdinError("bad-record", "The record has no tokens to be generated again.");
    const again: Call = { kind: "replay", prompt: "messages" in prompt ? prompt.messages : prompt, reads, firstDraw };
    // An answer that was stopped ends where it did then.
    const maxTokens = finish === "eos" ? parameters.maxTokens : tokens.length;
    const stats = yield* this.#answers(again, { ...parameters, seed, maxTokens, ...call });
    const same = stats.tokens.every((token, i) => token === tokens[i]);
    if (!same || (stats.finish !== "stopped" && stats.tokens.length !== tokens.length)) {
      throw new OdinError(
        "bad-record",
        "The record does not give its tokens again: it was changed, or the device computes otherwise.",
      );
    }
    return stats;
  }

  /**
   * Opens a training in a thread of its own, and takes up what is stored of this model. One that begins anew begins
   * with the released weights, whatever was learned before.
   *
   * @throws OdinError `not-found`: the export has no training graph; `storage`, `corrupt`, `incompatible`, `aborted`,
   *   `bad-option`, `engine`.
   */
  async startTraining(options: TrainingOptions = {}): Promise<TrainingState> {
    return (await this.#trainer()).start(options);
  }

  /**
   * One step of AdamW on a batch. Steps wait for one another; without {@link startTraining} the first one starts the
   * training by its defaults, and one whose thread has ended goes on from what is stored.
   *
   * @throws OdinError `bad-data`, `bad-option`, `storage`, `diverged`, `aborted`, `engine`; the training is then as
   *   before the step. `engine` also when the training has ended and was not stored: that takes {@link startTraining}.
   */
  async trainStep(batch: TrainingBatch, options: StepOptions): Promise<StepResult> {
    return (await this.#trainer()).step(batch, options);
  }

  /**
   * Examples as the training graph takes them: tokenised by the chat template, masked up to the answer, shuffled and
   * packed.
   *
   * @throws OdinError `bad-data` naming the row; as {@link startTraining}
   */
  async *batches(
    examples: Dataset<Example> | AsyncIterable<Example>,
    options: BatchOptions = {},
  ): AsyncGenerator<TrainingBatch, void, void> {
    yield* (await this.#trainer()).batches(examples, options);
  }

  /** Where the open training stands. */
  get training(): TrainingState | undefined {
    return this.#training?.state;
  }

  /**
   * Computes the steps of a record once more, from the released weights, in a thread of its own. Neither the model nor
   * what is stored changes.
   *
   * @throws OdinError `bad-record` when it is damaged, of another model, graph or data, or when a loss differs.
   */
  async replayTraining(
    record: TrainingRecord | string,
    examples: Dataset<Example> | AsyncIterable<Example>,
    options: ReplayOptions = {},
  ): Promise<void> {
    const { trainee } = await this.#trainer();
    const { replayTraining } = await import("./training/replay").catch(scriptMissing);
    await replayTraining(trainee, record, examples, options);
  }

  /** Ends the training's thread. What was learned stays in use and, unless it was not to be kept, stored. */
  async stopTraining(): Promise<void> {
    const training = this.#training;
    await training?.stop();
    // One that began anew and took no step has left nothing to answer with but the release.
    if (this.adapter && training && !training.hasLearned) await this.#alone(() => this.#adapt());
  }

  /**
   * Ends the training, deletes what is stored of this model's trainings, and generates with the released weights
   * again.
   *
   * @throws OdinError `storage` when another tab trains this model: nothing is deleted then.
   */
  async forgetTraining(): Promise<void> {
    await (await this.#trainer()).forget();
    await this.#alone(() => this.#adapt());
  }

  /** What was learned, as PEFT's two files. @throws OdinError `bad-option` when that is nothing. */
  async exportAdapter(): Promise<AdapterFiles> {
    return (await this.#trainer()).exportAdapter();
  }

  /**
   * Generates with an adapter of PEFT's from now on; with what it had before when that fails.
   *
   * @throws OdinError `bad-data`, `corrupt`, `not-found`; `bad-option` while a training is open.
   */
  async loadAdapter(files: AdapterFiles): Promise<void> {
    const training = await this.#trainer();
    await this.#alone(async () => {
      const takeBack = await training.loadAdapter(files);
      try {
        await this.#adapt();
      } catch (error) {
        takeBack();
        throw error;
      }
    });
  }

  /** What the model that answers has learned since its release. */
  get adapter(): AdapterInfo | null {
    return this.info.adapter;
  }

  /** Frees the model's memory. The object cannot be used afterwards. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#connection?.close();
    const error = new OdinError("engine", "The model has been unloaded.");
    this.#training?.dispose(error);
    this.#fail(error);
  }

  async *#answers(call: Call, { signal, onPrefill, ...options }: GenerateCall): AsyncGenerator<Chunk, Stats, void> {
    const turn = this.#queue;
    let finish = () => {};
    this.#queue = new Promise<void>((resolve) => (finish = resolve));
    await turn;

    const id = this.#nextId++;
    const inbox: (Reply | OdinError)[] = [];
    let wake = () => {};
    let running = false;
    const end = () => {
      running = false;
      this.#listeners.delete(listener);
      finish();
    };
    const put = (item: Reply | OdinError) => {
      inbox.push("type" in item && item.type === "error" ? this.#noted(new OdinError(item.code, item.message)) : item);
      // The next call may begin now, whether or not this one's caller has taken, or will ever take, the rest.
      if (!("type" in item) || item.type === "done" || item.type === "error") end();
      wake();
    };
    const listener: Listener = { reply: (reply) => "id" in reply && reply.id === id && put(reply), fail: put };
    const stop = () => {
      if (this.#stop) Atomics.store(this.#stop, 0, id);
      this.#connection?.send({ type: "stop", id });
    };
    try {
      if (this.#disposed) throw unloaded();
      const kept = this.#connection;
      if (this.#broken) await this.#restart(call);
      await this.#adapt();
      if (call.kind === "continue" && kept !== this.#connection) {
        throw new OdinError("bad-option", "The model has learned since: its last answer cannot go on. Ask again.");
      }
      this.#listeners.add(listener);
      if (signal?.aborted) stop();
      try {
        this.#connection!.send({ type: "generate", id, call, options });
      } catch (error) {
        const why = `cannot be sent to the model's thread: ${String(error)}`;
        throw new OdinError("bad-option", `The prompt or an option ${why}. Give plain objects.`);
      }
      running = true;
      signal?.addEventListener("abort", stop);
      for (;;) {
        while (inbox.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const item = inbox.shift()!;
        if (item instanceof OdinError) throw item;
        if (item.type === "chunk") yield { text: item.text, tokens: item.tokens };
        if (item.type === "prefill") onPrefill?.(item.done, item.total);
        if (item.type === "done") return item.stats;
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      if (running) stop(); // the caller left the loop early; the next call waits until the model has come to rest
      else end();
    }
  }

  async #start(failed: Failure[], files: ModelFiles | undefined): Promise<void> {
    const { info, connection } = await launch({ failed, files, learned: this.#learned }, {
      url: this.url,
      options: this.options,
      ortUrl: this.#ortUrl,
      stop: this.#stop?.buffer as SharedArrayBuffer | undefined,
      // The option is for the first start; one after a loss is a later call's.
      signal: this.#info ? undefined : this.options.signal,
      onFetched: () => {
        if (!this.#connection) return;
        // What another one takes the place of; until that runs there is none.
        this.#connection.close();
        this.#broken = new OdinError("engine", "The model could not be started again.");
      },
      onReply: (reply) => this.#listeners.forEach((listener) => listener.reply(reply)),
      onFailure: (error, failing) => {
        if (failing !== this.#connection) return;
        this.#broken = error;
        this.#fail(error);
      },
      check: () => {
        if (this.#disposed) throw unloaded();
      },
    });
    [this.#info, this.#connection, this.#broken] = [info, connection, undefined];
  }

  /** After the device was lost, or the thread died: the same model in a new thread, without what failed. */
  async #restart(call: Call): Promise<void> {
    const { attempts } = this.info;
    const failure = this.#broken!.message;
    this.#connection?.close();
    const files = this.own?.training && (await this.own.adapted(this.#learned));
    if (this.own && !files) throw new OdinError("engine", `${failure} Create the model again.`);
    // A thread that died may do better the next time. So may a device that was lost, where no other was wanted.
    const { device = "auto" } = this.options;
    const lost = this.#broken!.code === "device-lost" && device === "auto" ? [{ ...attempts.at(-1)!, failure }] : [];
    await this.#start([...this.#failedBefore, ...lost], files);
    if (call.kind === "continue") {
      throw new OdinError("bad-option", `${failure} The answer is lost, and cannot be gone on with. Ask again.`);
    }
  }

  /** Starts the model again, when it has learned or forgotten something since the last start; tries that once. */
  async #adapt(): Promise<void> {
    const training = this.#training;
    if (!training || training.version === this.#version) return;
    const { version } = training;
    const [before, learned] = [this.#learned, await training.learned()];
    this.#version = version;
    if (learned?.sha256 === before?.sha256) return;
    this.#learned = learned;
    try {
      await this.#start(this.#failedBefore, await this.own?.adapted(learned));
    } catch (error) {
      this.#learned = before;
      throw error;
    }
  }

  /** What was tried before the plan that runs. */
  get #failedBefore(): Failure[] {
    return this.info.attempts.slice(0, -1).map((plan) => ({ failure: "", ...plan }));
  }

  get #ortUrl(): string {
    const { ortUrl } = this.options;
    return ortUrl === undefined ? new URL("./ort/", import.meta.url).href : platform.resolve(asFolder(ortUrl));
  }

  /** The training's side of this model; its code is loaded when it is asked for. */
  async #trainer(): Promise<TrainingClient> {
    const { TrainingClient } = await import("./training/client").catch(scriptMissing);
    if (this.#disposed) throw unloaded();
    const { url } = this.info;
    const { store = true } = this.options;
    const source = url === undefined ? this.own?.training : { url, store };
    if (!source) {
      throw new OdinError("not-found", "This model was made without a training graph. Give createModel() `training`.");
    }
    return (this.#training ??= new TrainingClient({
      options: this.options,
      ortUrl: this.#ortUrl,
      source,
      info: () => this.info,
    }));
  }

  /** Runs `task` when no answer is being generated. */
  async #alone(task: () => Promise<void>): Promise<void> {
    const run = this.#queue.then(() => {
      if (this.#disposed) throw unloaded();
      return task();
    });
    this.#queue = run.catch(() => {});
    await run;
  }

  #noted(error: OdinError): OdinError {
    // After a failed step transformers.js fails for ever in that thread, but for Node.
    if (error.code === "device-lost" || (error.code === "engine" && this.info.device !== "cpu")) this.#broken = error;
    return error;
  }

  #fail(error: OdinError): void {
    this.#listeners.forEach(({ fail }) => fail(error));
  }
}

function asFolder(address: string): string {
  return address.endsWith("/") ? address : `${address}/`;
}

function unloaded(): OdinError {
  return new OdinError("engine", "The model has been unloaded. Load it again.");
}
