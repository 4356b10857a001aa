/** `OdinLLM`: a model that lives in a thread of its own, and what a page asks of it. */

import { sha256Hex } from "./canonical";
import { connect, type Connection } from "./connection";
import { sha256Pieces } from "./download/hash";
import { OdinError } from "./errors";
import { platform } from "./platform";
import type {
  Call,
  Chunk,
  Failure,
  GenerateOptions,
  LoadOptions,
  ModelFiles,
  ModelInfo,
  Progress,
  Prompt,
  Reply,
  Request,
  Stats,
  TelemetryEvent,
  Weights,
} from "./protocol";
import { checkRecord, parseRecord, type RunRecord } from "./record";
import { someVisitor } from "./variants";

export interface StartOptions extends LoadOptions {
  onProgress?: (progress: Progress) => void;
  /** Times and sizes, as they come; nothing is measured for it, and nothing told, unless it is given. */
  onTelemetry?: (event: TelemetryEvent) => void;
  /** Aborting ends the loading; what has been downloaded stays stored. */
  signal?: AbortSignal;
  /** Folder of onnxruntime's WebAssembly files. Default: `ort/` beside this package's script. */
  ortUrl?: string;
  /** Whether the model lives in a worker; default true, where there are any. Else WebGPU is only tried by name. */
  worker?: boolean;
}

export interface GenerateCall extends GenerateOptions {
  /** Aborting ends the answer after the token being computed; the iterator then finishes without an error. */
  signal?: AbortSignal;
  /** Called while a long prompt is read, with tokens read so far and in all. */
  onPrefill?: (done: number, total: number) => void;
}

/** An ONNX file as `python -m export` writes it. Of a Blob or of pieces memory holds one copy only. */
export type OwnWeights = Blob | Uint8Array | ArrayBuffer | Uint8Array[];

export interface CreateOptions extends StartOptions {
  /** `tokenizer.json`, and what `tokenizer_config.json` holds. Without it prompts are token ids, answers no text. */
  tokenizer?: { tokenizer: Uint8Array | string; config?: Record<string, unknown> };
  generationConfig?: Record<string, unknown>;
}

const PIECE = 4 << 20;

type Listener = { reply: (reply: Reply) => void; fail: (error: OdinError) => void };

export class OdinLLM {
  #nextId = 1;
  #queue: Promise<unknown> = Promise.resolve();
  #connection: Connection | undefined;
  #info: ModelInfo | undefined;
  /** Why the model has to be started again before the next answer. */
  #broken: OdinError | undefined;
  #disposed = false;
  readonly #listeners = new Set<Listener>();
  // A WebAssembly step lets no message in; shared memory it can look at.
  readonly #stop = globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(4)) : undefined;

  private constructor(
    readonly url: string | undefined,
    readonly options: StartOptions,
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
    { tokenizer, generationConfig = {}, ...options }: CreateOptions = {},
  ): Promise<OdinLLM> {
    const { dtype = "auto" } = options;
    const text = tokenizer?.tokenizer;
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    const pieces = await piecesOf(weights);
    const llm = new OdinLLM(undefined, options);
    await llm.#start([], {
      config,
      generationConfig,
      dtype: dtype === "auto" ? "q8" : dtype,
      weights: pieces,
      tokenizer: bytes && { bytes, config: { ...tokenizer?.config } },
      hashes: {
        config: sha256Hex(JSON.stringify(config)),
        weights: await sha256Pieces(pieces),
        tokenizer: sha256Hex(bytes ?? ""),
      },
    });
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

  /** Frees the model's memory. The object cannot be used afterwards. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#connection?.close();
    this.#fail(new OdinError("engine", "The model has been unloaded."));
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
      if (this.#broken) await this.#restart(call);
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

  /** Fetches the model and starts it, each in a thread of its own; again, another way, when one does not work. */
  async #start(failed: Failure[], files: ModelFiles | undefined): Promise<void> {
    const { onTelemetry, ortUrl, onProgress: _, signal: __, worker: ___, ...options } = this.options;
    const started = performance.now();
    const telemetry = onTelemetry !== undefined;
    const ort = ortUrl === undefined ? new URL("./ort/", import.meta.url).href : platform.resolve(asFolder(ortUrl));
    for (;;) {
      const fetch: Request = { type: "fetch", url: this.url, ortUrl: ort, options, files, failed, telemetry };
      const scout = await this.#thread(fetch, files);
      // It ends here, and takes along what fetching has left in memory.
      scout.connection.close();
      if (scout.reply.type === "failed") {
        ({ failed, files } = scout.reply);
        continue;
      }
      if (scout.reply.type !== "fetched") throw unexpected(scout.reply);
      const { fetched } = scout.reply;
      const downloadMs = performance.now() - started;
      const stop = this.#stop?.buffer as SharedArrayBuffer | undefined;
      const start: Request = { type: "start", fetched, ortUrl: ort, debug: options.debug ?? false, telemetry, stop };
      const { reply, connection } = await this.#thread(start, fetched.files);
      if (reply.type === "ready") {
        this.#info = { ...reply.info, downloadMs, loadMs: performance.now() - started };
        this.#connection = connection;
        this.#broken = undefined;
        return;
      }
      connection.close();
      if (reply.type !== "failed") throw unexpected(reply);
      ({ failed, files } = reply);
    }
  }

  /** A new thread, and its reply to a request. */
  async #thread(request: Request, files: ModelFiles | undefined): Promise<{ reply: Reply; connection: Connection }> {
    const { onProgress, onTelemetry, worker = true } = this.options;
    // It is for the first start; one after a loss is a later call's.
    const signal = this.#info ? undefined : this.options.signal;
    const aborted = () => new OdinError("aborted", "Loading the model was stopped. What was downloaded is kept.");
    if (signal?.aborted) throw aborted();
    let answer = (_: Reply) => {};
    let refuse = (_: OdinError) => {};
    const replied = new Promise<Reply>((resolve, reject) => ([answer, refuse] = [resolve, reject]));
    const connection = await connect(
      worker,
      (reply) => {
        if (reply.type === "progress") onProgress?.({ loaded: reply.loaded, total: reply.total, file: reply.file });
        else if (reply.type === "telemetry") onTelemetry?.(reply.event);
        else if ("id" in reply) this.#listeners.forEach((listener) => listener.reply(reply));
        else answer(reply);
      },
      (error) => {
        refuse(error);
        if (connection !== this.#connection) return;
        this.#broken = error;
        this.#fail(error);
      },
    );
    const abort = () => refuse(aborted());
    signal?.addEventListener("abort", abort);
    try {
      if (signal?.aborted) throw aborted();
      connection.send(request, files ? files.weights.map(({ buffer }) => buffer) : []);
      const reply = await replied;
      if (this.#disposed) throw unloaded();
      return { reply, connection };
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** After the device was lost, or the thread died: the same model in a new thread, without what failed. */
  async #restart(call: Call): Promise<void> {
    const { attempts } = this.info;
    const failure = this.#broken!.message;
    this.#connection?.close();
    if (this.url === undefined) throw new OdinError("engine", `${failure} Create the model again.`);
    // A thread that died may do better the next time. So may a device that was lost, where no other was wanted.
    const { device = "auto" } = this.options;
    const lost = this.#broken!.code === "device-lost" && device === "auto" ? [{ ...attempts.at(-1)!, failure }] : [];
    const before = attempts.slice(0, -1).map((plan) => ({ failure: "", ...plan }));
    await this.#start([...before, ...lost], undefined);
    if (call.kind === "continue") {
      throw new OdinError("bad-option", `${failure} The answer is lost, and cannot be gone on with. Ask again.`);
    }
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

/** The error that a thread reports in place of what was asked for. */
function unexpected(reply: Reply): OdinError {
  return reply.type === "error"
    ? new OdinError(reply.code, reply.message)
    : new OdinError("engine", `The model's worker answered with '${reply.type}'.`);
}

/** Copies, since the pieces go over to another thread. */
async function piecesOf(weights: OwnWeights): Promise<Weights> {
  if (Array.isArray(weights)) return weights.map((piece) => piece.slice());
  const blob = weights instanceof Blob;
  const bytes = blob ? undefined : new Uint8Array(weights instanceof ArrayBuffer ? weights : weights.buffer);
  const offset = !blob && ArrayBuffer.isView(weights) ? weights.byteOffset : 0;
  const size = blob ? weights.size : weights.byteLength;
  const pieces: Weights = [];
  for (let begin = 0; begin < size; begin += PIECE) {
    const end = Math.min(size, begin + PIECE);
    if (blob) pieces.push(new Uint8Array(await weights.slice(begin, end).arrayBuffer()));
    else pieces.push(bytes!.slice(offset + begin, offset + end) as Uint8Array<ArrayBuffer>);
  }
  return pieces;
}
