/** One thread's work behind messages: fetching a model, or running it. A worker's, or the page's own. */

import { env } from "@huggingface/transformers";
import { Engine } from "./engine";
import { OdinError } from "./errors";
import { linkedController } from "./download/tasks";
import { fetchModel } from "./fetch";
import { memoryTaken, watchMemory } from "./memory";
import { missingFile } from "./ortfiles";
import { platform } from "./platform";
import { promised } from "./precision";
import { buffersOf } from "./protocol";
import type { FetchRequest, Progress, Reply, Request, StartRequest, TelemetryEvent } from "./protocol";
import { startModel } from "./session";
import { Tokenizer } from "./tokenizer";
import type { TrainingThread } from "./training/thread";

const PROGRESS_MS = 30;

export class Host {
  #engine: Engine | undefined;
  #onEvent: ((event: TelemetryEvent) => void) | undefined;
  #stopFlag: Int32Array | undefined;
  readonly #stopped = new Set<number>();
  readonly #closed = new AbortController();
  #answering: Promise<unknown> = Promise.resolve();
  #training: Promise<TrainingThread> | undefined;
  /** Of calls of a training that run. */
  readonly #stops = new Map<number, AbortController>();

  /** @param say sends a reply; `transfer` are buffers that it may take along instead of copying. */
  constructor(readonly say: (reply: Reply, transfer?: Transferable[]) => void) {}

  /** Ends a download or an answer, and frees the model; for a thread that goes on. */
  close(): void {
    this.#closed.abort();
    const engine = this.#engine;
    this.#engine = undefined;
    void this.#training?.then((training) => training.close()).catch(() => {});
    void this.#answering.then(() => engine?.model.dispose()).catch(() => {}); // it is not needed any more, so or so
  }

  handle(request: Request): void {
    const id = "id" in request ? { id: request.id } : {};
    this.#work(request).catch((error: unknown) => {
      const { code, message } = OdinError.from(error, "The model's worker failed");
      this.say({ type: "error", code, message, ...id });
    });
  }

  async #work(request: Request): Promise<void> {
    if (request.type === "stop") this.#stop(request.id);
    else if (request.type === "train") await this.#train(request);
    else if (request.type === "generate") await this.#generate(request);
    else {
      if (request.telemetry) this.#onEvent = (event) => this.say({ type: "telemetry", event });
      await (request.type === "fetch" ? this.#fetch(request) : this.#start(request));
    }
  }

  async #fetch(request: FetchRequest): Promise<void> {
    const started = performance.now();
    const onProgress = progressAtMost(PROGRESS_MS, (progress) => this.say({ type: "progress", ...progress }));
    const { signal } = this.#closed;
    const fetched = await fetchModel(request, { onProgress, onEvent: this.#onEvent, signal });
    if ("again" in fetched) {
      const { files } = request;
      this.say({ type: "failed", failed: fetched.again, files }, files ? buffersOf(files) : []);
      return;
    }
    this.#onEvent?.({ type: "download", ms: performance.now() - started, bytes: fetched.source.bytes });
    this.say({ type: "fetched", fetched }, buffersOf(fetched.files));
  }

  async #start({ fetched, ortUrl, debug, stop }: StartRequest): Promise<void> {
    const started = performance.now();
    const { files, plan, source, failed, another } = fetched;
    const { device, dtype, threads } = plan;
    if (stop) this.#stopFlag = new Int32Array(stop);
    if (this.#onEvent) watchMemory();
    const tokenizer = files.tokenizer && new Tokenizer(files.tokenizer.bytes, files.tokenizer.config);
    try {
      const model = await startModel(files, plan, ortUrl, debug, platform.writeFile);
      if (this.#closed.signal.aborted) await model.dispose();
      const sessionMs = performance.now() - started;
      this.#onEvent?.({ type: "attempt", device, dtype, ms: sessionMs });
      const { config, hashes } = files;
      const attempts = [...failed, plan];
      const precision = promised(dtype, config, files.adapted);
      const adapter = files.adapter ?? null;
      const info = { ...source, dtype, device, threads, config, hashes, adapter, precision, attempts, sessionMs };
      this.#engine = new Engine(model, tokenizer, info, device === "webgpu" ? deviceLoss() : undefined);
      this.#reportMemory();
      this.say({ type: "ready", info });
    } catch (error) {
      const asked = platform.writeFile !== undefined || error instanceof OdinError;
      const missing = asked ? undefined : await missingFile(ortUrl, device);
      const reason = missing ?? OdinError.from(error, `The model could not be started on ${device}`);
      this.#onEvent?.({ type: "attempt", device, dtype, ms: performance.now() - started, failure: reason.message });
      if (!another || !(missing || reason.code === "engine")) throw reason;
      // WebAssembly has used the weights up by now.
      const whole = buffersOf(files).every(({ byteLength }) => byteLength > 0);
      const left = whole ? files : undefined;
      const again = [...failed, { ...plan, failure: reason.message }];
      this.say({ type: "failed", failed: again, files: left }, left ? buffersOf(left) : []);
    }
  }

  async #generate({ id, call, options }: Extract<Request, { type: "generate" }>): Promise<void> {
    if (!this.#engine) throw new OdinError("engine", "The model is not loaded yet.");
    const flag = this.#stopFlag;
    const closed = this.#closed.signal;
    try {
      const answer = this.#engine.generate(call, options, {
        onChunk: (chunk) => this.say({ type: "chunk", id, ...chunk }),
        onPrefill: (done, total) => this.say({ type: "prefill", id, done, total }),
        onEvent: this.#onEvent,
        stopped: () => closed.aborted || this.#stopped.has(id) || (flag !== undefined && Atomics.load(flag, 0) === id),
      });
      this.#answering = answer.catch(() => {});
      const stats = await answer;
      this.#reportMemory();
      this.say({ type: "done", id, stats });
    } finally {
      this.#stopped.delete(id);
    }
  }

  async #train({ id, call, telemetry }: Extract<Request, { type: "train" }>): Promise<void> {
    if (telemetry) this.#onEvent = (event) => this.say({ type: "telemetry", event });
    const { controller, release } = linkedController(this.#closed.signal);
    this.#stops.set(id, controller);
    try {
      // Most pages never train.
      this.#training ??= import("./training/thread").then(({ TrainingThread }) => new TrainingThread());
      const training = await this.#training;
      const result = await training.handle(call, {
        onProgress: progressAtMost(PROGRESS_MS, (progress) => this.say({ type: "progress", ...progress })),
        onReplay: (done, total) => this.say({ type: "replayed", id, done, total }),
        onEvent: this.#onEvent,
        signal: controller.signal,
      });
      this.say({ type: "trained", id, result }, transferable(result));
    } finally {
      release();
      this.#stops.delete(id);
    }
  }

  #stop(id: number): void {
    const training = this.#stops.get(id);
    if (training) training.abort();
    else this.#stopped.add(id);
  }

  #reportMemory(): void {
    if (!this.#onEvent) return;
    const taken = memoryTaken();
    if (taken) this.#onEvent({ type: "memory", ...taken });
  }
}

/** Why the device that onnxruntime computes on has gone, once it has. */
async function deviceLoss(): Promise<string> {
  const device = (await env.backends.onnx.webgpu!.device) as GPUDevice;
  const { reason, message } = await device.lost;
  return message || reason;
}

/** What need not be copied on its way to the page. */
function transferable(result: Awaited<ReturnType<TrainingThread["handle"]>>): Transferable[] {
  const bytes = typeof result === "object" && result && "parameters" in result ? result.parameters : undefined;
  return bytes instanceof Uint8Array ? [bytes.buffer] : [];
}

/** Passes on the first, the last and at most one in so many milliseconds: bytes come faster than a page can show. */
function progressAtMost(ms: number, say: (progress: Progress) => void): (progress: Progress) => void {
  let last = -Infinity;
  return (progress) => {
    const now = performance.now();
    if (now - last < ms && progress.loaded < progress.total) return;
    last = now;
    say(progress);
  };
}
