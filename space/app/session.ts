/** The one model of the page: loading it, asking it, and what was measured on the way. */

import { computed, effect, signal } from "@preact/signals";
import deployment from "virtual:deployment";
import {
  OdinError,
  OdinLLM,
  type AdapterInfo,
  type Device,
  type Dtype,
  type GenerateCall,
  type ModelInfo,
  type Progress,
  type Prompt,
  type Stats,
  type TelemetryEvent,
} from "../runtime/index";
import { chosenModel, nameOf, otherHost, refusal } from "./deployment";
import { keepRuntimeFiles, offlineReady } from "./pwa/register";
import { keepVisitor, visitor } from "./visitor";

const query = new URLSearchParams(location.search);
/** Folder of the model, with a slash at its end, or one file of it; `?model=` chooses another one. */
export const modelUrl = chosenModel(deployment, query.get("model"));
export const modelName = nameOf(modelUrl);
const refused = refusal(deployment, modelUrl, document.baseURI);
/** The site that the model comes from, where it is not the page's own. */
export const modelHost = refused ? undefined : otherHost(modelUrl, document.baseURI);
const threads = Number(query.get("threads"));
const variant = query.get("variant");
/** How models of this page are loaded. Unchecked here: the runtime refuses what it does not know, in words. */
export const startOptions = {
  ortUrl: "ort/",
  dtype: (query.get("dtype") ?? "auto") as Dtype | "auto",
  device: (query.get("device") ?? "auto") as Device | "auto",
  visitor,
  ...(threads > 0 ? { threads } : {}),
  ...(variant ? { variant } : {}),
};

export type Phase = "idle" | "loading" | "ready" | "answering";

/** An answer's times in milliseconds; `tokenMs[i]` is the time from token i to token i + 1. */
export interface AnswerTiming {
  at: Date;
  prefillMs: number;
  decodeMs: number;
  tokenMs: number[];
  promptTokens: number;
  readTokens: number;
  tokens: number;
}

export interface AskOptions extends GenerateCall {
  /** The mode that asks. */
  from: string;
  /** Called as text comes, with all of the answer so far. */
  onText?: (text: string, tokens: number) => void;
}

export interface Answer {
  text: string;
  stats: Stats;
}

const model = signal<OdinLLM | undefined>(undefined);
const answering = signal(0);
const changes = signal(0);
const loading = signal<{ stop: AbortController; done: Promise<OdinLLM> } | undefined>(undefined);

export const phase = computed<Phase>(() => {
  if (loading.value) return "loading";
  if (!model.value) return "idle";
  return answering.value > 0 ? "answering" : "ready";
});
export const info = computed<ModelInfo | undefined>(() => (changes.value, model.value?.info));
/** What the model has learned in this browser, on top of its release; null for nothing. */
export const adapter = computed<AdapterInfo | null>(() => (changes.value, model.value?.adapter ?? null));
/** The folder of the model that was loaded, a variant's where there are variants; before, the one that is named. */
export const modelFolder = () => info.peek()?.url ?? new URL(modelUrl, document.baseURI).href;
export const progress = signal<Progress | undefined>(undefined);
/** Why the model is not there. What goes wrong with an answer is told to the one who asked. */
export const failure = signal<OdinError | undefined>(refused);
/** Of the answer that the model stands behind, the only one that can be gone on with. */
export const lastStats = signal<Stats | undefined>(undefined);
/** How the last call ended, for those who count. A model that could not be loaded is a {@link failure} as well. */
export const outcome = signal<({ from: string } & ({ stats: Stats } | { error: OdinError })) | undefined>(undefined);
/** Of this visit, newest last. */
export const timings = signal<AnswerTiming[]>([]);
/** WebAssembly's memory, as the runtime last told it. */
export const memoryBytes = signal<number | undefined>(undefined);

effect(() => {
  document.body.dataset["state"] = phase.value;
});

/** To be called when the model may have learned or forgotten something, which it tells only when it is asked. */
export function lookAgain(): void {
  changes.value++;
}

let tokenMs: number[] = [];

function onTelemetry(event: TelemetryEvent): void {
  if (event.type === "token") tokenMs.push(event.ms);
  if (event.type === "prefill") tokenMs = [];
  if (event.type === "memory") memoryBytes.value = event.bytes;
}

/**
 * The model's address, once it is clear that this site loads models from there: a worker's own requests are not under
 * the page's policy.
 *
 * @throws OdinError `bad-option` when it does not.
 */
export function allowedModel(): string {
  if (refused) throw refused;
  return modelUrl;
}

/**
 * The model, loaded at most once; after a failure the next call tries again.
 *
 * @throws OdinError, which {@link failure} holds as well; `aborted` after {@link cancelLoading}.
 */
export function load(): Promise<OdinLLM> {
  if (model.value) return Promise.resolve(model.value);
  if (!loading.value) {
    const stop = new AbortController();
    failure.value = undefined;
    progress.value = undefined;
    loading.value = { stop, done: start(stop.signal).finally(() => (loading.value = undefined)) };
  }
  return loading.value.done;
}

async function start(signal: AbortSignal): Promise<OdinLLM> {
  try {
    const onProgress = (now: Progress) => (progress.value = now);
    await offlineReady(signal);
    model.value = await OdinLLM.load(allowedModel(), { ...startOptions, onProgress, onTelemetry, signal });
    void keepRuntimeFiles(startOptions.ortUrl, model.value.info.device);
    if (model.value.info.variant && !variant) keepVisitor();
    return model.value;
  } catch (error) {
    failure.value = asOdinError(error);
    throw failure.value;
  }
}

/** Stops the download; what has arrived stays stored. */
export function cancelLoading(): void {
  loading.value?.stop.abort();
}

/** Frees the model's memory. */
export function unload(): void {
  stopAnswer();
  model.value?.dispose();
  model.value = lastStats.value = memoryBytes.value = undefined;
}

/** Frees the model's memory, also of a model that is still being loaded; afterwards nothing is under way. */
export async function release(): Promise<void> {
  cancelLoading();
  await loading.peek()?.done.catch(() => {});
  unload();
}

let current: AbortController | undefined;

/** Stops the answer under way, if any. */
export function stopAnswer(): void {
  current?.abort();
}

/**
 * Asks the model, which is loaded first where it is not there. An answer that is under way is stopped: what was asked
 * last is what the visitor waits for.
 *
 * @param prompt as the runtime takes it, or `undefined` to go on with the last answer.
 * @throws OdinError; an answer that was stopped is no error.
 */
export async function ask(prompt: Prompt | undefined, call: AskOptions): Promise<Answer> {
  const { from, onText, signal: outer, ...options } = call;
  stopAnswer();
  const stop = (current = new AbortController());
  const signal = outer ? AbortSignal.any([outer, stop.signal]) : stop.signal;
  try {
    const llm = await load();
    lastStats.value = undefined;
    answering.value++;
    try {
      const going = { ...options, signal };
      const answer = await collect(prompt === undefined ? llm.continue(going) : llm.generate(prompt, going), onText);
      // An answer that another one has overtaken ends late; the model then stands behind the other.
      if (current === stop) lastStats.value = answer.stats;
      outcome.value = { from, stats: answer.stats };
      return answer;
    } finally {
      answering.value--;
      lookAgain(); // the answer was by what had been learned until then
    }
  } catch (cause) {
    const error = asOdinError(cause);
    outcome.value = { from, error };
    throw error;
  } finally {
    if (current === stop) current = undefined;
  }
}

async function collect(answer: ReturnType<OdinLLM["generate"]>, onText: AskOptions["onText"]): Promise<Answer> {
  let text = "";
  let tokens = 0;
  for (;;) {
    const { done, value } = await answer.next();
    if (done) {
      if (value.tokens.length > 0) remember(value);
      return { text, stats: value };
    }
    text += value.text;
    tokens += value.tokens.length;
    onText?.(text, tokens);
  }
}

function remember({ prefillMs, decodeMs, promptTokens, readTokens, tokens }: Stats): void {
  const counts = { promptTokens: promptTokens.length, readTokens, tokens: tokens.length };
  // The last times told are this answer's, whatever was told before.
  const own = tokens.length > 1 ? tokenMs.slice(1 - tokens.length) : [];
  timings.value = [...timings.value, { at: new Date(), prefillMs, decodeMs, tokenMs: own, ...counts }];
}

/** What people see of an error. */
export function asOdinError(error: unknown): OdinError {
  if (error instanceof OdinError) return error;
  const words = error instanceof Error ? error.message : String(error);
  return Object.assign(new OdinError("engine", words), { cause: error });
}
