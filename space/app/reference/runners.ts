/** The two models of the comparison, each in a fresh worker of its own, so that no other answer is disturbed. */

import { OdinLLM, type ModelInfo, type StartOptions, type Stats } from "../../runtime/index";
import type { ReferenceReply, ReferenceRequest, Runner, Timing } from "./protocol";

/** An end-of-text token ends ODIN's answer, and the next token is read then: how often, before there is none left. */
const MOST_PARTS = 20;

/**
 * Loads an ODIN once more, in int8 on WebAssembly.
 *
 * @param url folder of the model.
 * @throws OdinError
 */
export async function startOdin(
  url: string,
  options: StartOptions,
): Promise<Runner & { info: ModelInfo }> {
  const llm = await OdinLLM.load(url, { ...options, device: "wasm", dtype: "q8" });
  const vocabSize = Number(llm.info.config["vocab_size"]);
  return {
    vocabSize,
    info: llm.info,
    run: (tokens, decodeTokens) => timed(llm, tokens, decodeTokens),
    dispose: () => llm.dispose(),
  };
}

/**
 * Times one answer of `decodeTokens` tokens, in several parts where the model ends it earlier.
 *
 * @throws OdinError; Error when no two tokens came after each other.
 */
export async function timed(llm: Pick<OdinLLM, "generate">, tokens: number[], decodeTokens: number): Promise<Timing> {
  let text = tokens;
  let timing: Timing | undefined;
  for (let part = 0; part < MOST_PARTS; part++) {
    const left = decodeTokens - (timing?.steps ?? 0);
    const stats = await finished(llm.generate({ tokens: text }, { maxTokens: left }));
    const steps = stats.tokens.length - 1;
    timing = {
      prefillMs: timing?.prefillMs ?? stats.prefillMs,
      decodeMs: (timing?.decodeMs ?? 0) + stats.decodeMs,
      steps: (timing?.steps ?? 0) + steps,
    };
    if (stats.finish !== "eos" || timing.steps + 1 >= decodeTokens) break;
    // The state goes on from here, so that only this one token is read.
    text = [...text, ...stats.tokens, tokens[part % tokens.length]!];
  }
  if (!timing || timing.steps === 0) throw new Error("ODIN ended its answer at every token, which cannot be timed.");
  return timing;
}

async function finished(answer: AsyncGenerator<unknown, Stats>): Promise<Stats> {
  for (;;) {
    const next = await answer.next();
    if (next.done) return next.value;
  }
}

/**
 * Starts the reference transformer in a worker.
 *
 * @param url folder that `python -m export.reference` wrote.
 * @throws Error when it is not there or does not start; the signal's reason after an abort.
 */
export async function startReference(
  url: string,
  { ortUrl, threads, signal }: { ortUrl: string; threads: number; signal: AbortSignal },
): Promise<Runner> {
  signal.throwIfAborted();
  const worker = new Worker(new URL("./transformer.ts", import.meta.url), { type: "module", name: "reference" });
  let settle: { resolve: (reply: ReferenceReply) => void; reject: (error: unknown) => void } | undefined;
  const end = (error: unknown) => {
    worker.terminate();
    settle?.reject(error);
  };
  worker.onmessage = ({ data }: MessageEvent<ReferenceReply>) =>
    data.type === "error"
      ? end(new Error(`The reference transformer failed: ${data.message}`))
      : settle?.resolve(data);
  worker.onerror = ({ message }) => end(new Error(`The worker of the reference transformer failed: ${message}`));
  const ask = (request: ReferenceRequest) =>
    new Promise<ReferenceReply>((resolve, reject) => {
      settle = { resolve, reject };
      worker.postMessage(request);
    });
  const abort = () => end(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const absolute = (address: string) => new URL(address, document.baseURI).href;
  const ready = await ask({ type: "load", url: absolute(url), ortUrl: absolute(ortUrl), threads });
  return {
    vocabSize: ready.type === "ready" ? ready.vocabSize : 0,
    run: async (tokens, decodeTokens) => {
      const reply = await ask({ type: "run", tokens, decodeTokens });
      if (reply.type !== "timing") throw new Error(`The reference transformer answered with '${reply.type}'.`);
      return reply.timing;
    },
    dispose: () => {
      signal.removeEventListener("abort", abort);
      end(new Error("The reference transformer has been unloaded."));
    },
  };
}
