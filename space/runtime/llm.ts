/** `OdinLLM`: a model that lives in a worker of its own, so that the page stays smooth while it computes. */

import { OdinError } from "./errors";
import type { Chunk, GenerateOptions, LoadOptions, ModelInfo, Progress, Reply, Request, Stats } from "./protocol";

export interface GenerateCall extends GenerateOptions {
  /** Aborting ends the answer after the token being computed; the iterator then finishes without an error. */
  signal?: AbortSignal;
  /** Called while a long prompt is read, with tokens read so far and in all. */
  onPrefill?: (done: number, total: number) => void;
}

type Listener = { reply: (reply: Reply) => void; fail: (error: OdinError) => void };

export class OdinLLM {
  #nextId = 0;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<Listener>();

  private constructor(
    readonly worker: Worker,
    readonly info: ModelInfo,
  ) {}

  /**
   * Downloads, checks and starts a model.
   *
   * @param url folder of the model; relative addresses are taken from the page.
   * @param options `ortUrl` is the folder of onnxruntime's WebAssembly files, default `ort/` beside the page.
   * @throws OdinError with words for the person in front of the screen.
   */
  static async load(
    url: string,
    options: LoadOptions & { onProgress?: (progress: Progress) => void; ortUrl?: string } = {},
  ): Promise<OdinLLM> {
    const { onProgress, ortUrl = "ort/", ...loadOptions } = options;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "odin" });
    try {
      const info = await new Promise<ModelInfo>((resolve, reject) => {
        worker.onerror = (event) => reject(workerFailure(event));
        worker.onmessage = ({ data }: MessageEvent<Reply>) => {
          if (data.type === "progress") onProgress?.(data);
          if (data.type === "loaded") resolve(data.info);
          if (data.type === "error") reject(new OdinError(data.code, data.message));
        };
        const absolute = (address: string) => new URL(address, document.baseURI).href;
        const request: Request = { type: "load", url: absolute(url), ortUrl: absolute(ortUrl), options: loadOptions };
        worker.postMessage(request);
      });
      const llm = new OdinLLM(worker, info);
      worker.onmessage = ({ data }: MessageEvent<Reply>) => llm.#listeners.forEach(({ reply }) => reply(data));
      worker.onerror = (event) => llm.#listeners.forEach(({ fail }) => fail(workerFailure(event)));
      return llm;
    } catch (error) {
      worker.terminate();
      throw error;
    }
  }

  /**
   * Answers `prompt`, piece by piece; the iterator's return value is the statistics. Calls wait for one another.
   *
   * @throws OdinError `empty-prompt`, `prompt-too-long`, `bad-option`, `engine`.
   */
  async *generate(prompt: string, call: GenerateCall = {}): AsyncGenerator<Chunk, Stats, void> {
    const { signal, onPrefill, ...options } = call;
    const turn = this.#queue;
    let finish = () => {};
    this.#queue = new Promise<void>((resolve) => (finish = resolve));
    await turn;

    const id = this.#nextId++;
    const inbox: (Reply | OdinError)[] = [];
    let wake = () => {};
    const put = (item: Reply | OdinError) => {
      inbox.push(item);
      wake();
    };
    const listener: Listener = { reply: (reply) => "id" in reply && reply.id === id && put(reply), fail: put };
    const send = (request: Request) => this.worker.postMessage(request);
    const stop = () => send({ type: "stop", id });
    this.#listeners.add(listener);
    let ended = false;
    try {
      send({ type: "generate", id, prompt, options });
      signal?.addEventListener("abort", stop);
      if (signal?.aborted) stop();
      for (;;) {
        const item = inbox.shift();
        if (item === undefined) {
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        ended = item instanceof OdinError || item.type === "done" || item.type === "error";
        if (item instanceof OdinError) throw item;
        if (item.type === "chunk") yield { text: item.text, tokens: item.tokens };
        if (item.type === "prefill") onPrefill?.(item.done, item.total);
        if (item.type === "done") return item.stats;
        if (item.type === "error") throw new OdinError(item.code, item.message);
      }
    } finally {
      if (!ended) stop(); // the caller left the loop early
      signal?.removeEventListener("abort", stop);
      this.#listeners.delete(listener);
      finish();
    }
  }

  /** Frees the model's memory. The object cannot be used afterwards. */
  dispose(): void {
    this.worker.terminate();
    this.#listeners.forEach(({ fail }) => fail(new OdinError("engine", "The model has been unloaded.")));
  }
}

function workerFailure(event: ErrorEvent): OdinError {
  return new OdinError("engine", `The model's worker could not run: ${event.message || "its script did not load"}.`);
}
