/** A model that is loaded, and its answers; in whatever thread it is called in: normally the worker's. */

import {
  BaseStreamer,
  InterruptableStoppingCriteria,
  LogitsProcessorList,
  StoppingCriteriaList,
  Tensor,
} from "@huggingface/transformers";
import { continuation, type Answered } from "./conversation";
import { OdinError } from "./errors";
import { OdinCache, passes, SamplingProcessor, type OdinForCausalLM, type Reads } from "./model";
import type { Call, Chunk, GenerateOptions, Message, Prompt, RunInfo, Stats, TelemetryEvent } from "./protocol";
import { RECORD_FORMAT, type RunRecord } from "./record";
import { checkSampling, Sampler, SAMPLING_DEFAULTS, type SeededSampling } from "./sampling";
import { TokenStream } from "./stream";
import type { Tokenizer } from "./tokenizer";
import { VERSION } from "./version";

/** The state has one size whatever the length, so this bounds only the time that reading takes. */
export const MAX_PROMPT_TOKENS = 16_384;
const MAX_TOKENS = 8192;
const LOSS_MS = 200;
// No text of so few tokens is longer, and tokenising one that is would take long only to be refused.
const MAX_PROMPT_CHARACTERS = 32 * MAX_PROMPT_TOKENS;

export interface Listener {
  onChunk: (chunk: Chunk) => void;
  /** Called while a long prompt is read, with tokens read so far and in all. */
  onPrefill: (done: number, total: number) => void;
  onEvent?: ((event: TelemetryEvent) => void) | undefined;
  /** Whether the call should end after the token that is being computed. */
  stopped: () => boolean;
}

type Settings = SeededSampling & { maxTokens: number };

/** Where a text stands: its tokens, of which the cache has read all but some at the end. */
interface Position {
  tokens: number[];
  cache: OdinCache;
  /** Tokens before the answer. */
  promptLength: number;
  stream: TokenStream;
  settings: Settings;
  prompt: Prompt;
  /** Whether the answer's last token ended it. */
  ended: boolean;
  /** Undefined for token ids. */
  answered: Answered | undefined;
}

export class Engine {
  #position: Position | undefined;
  #lost: string | undefined;
  #onLost = (_: string) => {};

  /** @param lost resolves, with the reason, when the device that computes has gone; a step may then wait for ever. */
  constructor(
    readonly model: OdinForCausalLM,
    readonly tokenizer: Tokenizer | undefined,
    readonly info: RunInfo,
    lost?: Promise<string>,
  ) {
    // Once for all answers: each would be held by a promise that never comes to an end.
    lost?.then(
      (reason) => {
        this.#lost = reason;
        this.#onLost(reason);
      },
      () => {},
    );
  }

  /**
   * Answers a prompt, goes on with the last answer, or repeats what a record says.
   *
   * The state of the last answer is kept: of a prompt that goes on from there only the new tokens are read.
   *
   * @throws OdinError `empty-prompt`, `prompt-too-long`, `bad-option`, `device-lost`, `engine`.
   */
  async generate(call: Call, options: GenerateOptions, listener: Listener): Promise<Stats> {
    const settings = checkOptions(options);
    const position = await this.#begin(call, settings);
    this.#position = undefined; // until it has gone well
    try {
      const stats = await new Promise<Stats>((resolve, reject) => {
        this.#onLost = (reason) => reject(deviceLost(reason));
        if (this.#lost !== undefined) this.#onLost(this.#lost);
        this.#answer(position, call, listener).then(resolve, reject);
      });
      this.#position = position;
      return stats;
    } catch (error) {
      if (this.info.device === "webgpu") {
        // A loss may be told a little after the step that it broke.
        await new Promise((resolve) => setTimeout(resolve, LOSS_MS));
        if (this.#lost !== undefined) throw deviceLost(this.#lost);
      }
      await position.cache.dispose();
      throw OdinError.from(error, "The model stopped with an error while answering");
    } finally {
      this.#onLost = () => {};
    }
  }

  async #begin(call: Call, settings: Settings): Promise<Position> {
    const last = this.#position;
    if (call.kind === "continue") {
      if (!last) throw new OdinError("bad-option", "There is no answer to go on with. Generate one first.");
      if (last.ended) throw new OdinError("bad-option", "The last answer is complete: it cannot go on.");
      return { ...last, settings: { ...last.settings, maxTokens: settings.maxTokens } };
    }
    const { prompt } = call;
    this.#check(prompt);
    const next = call.kind === "prompt" && last ? this.#following(last, prompt) : undefined;
    if (next && last) {
      checkLength(next.length);
      return this.#at([...last.tokens, ...next], last.cache, prompt, settings);
    }
    const tokens = this.#encode(prompt);
    if (call.kind === "prompt") checkLength(tokens.length);
    await last?.cache.dispose();
    this.#position = undefined;
    const position = this.#at(tokens, OdinCache.empty(this.model.dimensions), prompt, settings);
    if (call.kind === "replay") {
      const read = call.reads.reduce((total, [size, count]) => total + size * count, 0);
      if (read !== tokens.length || call.firstDraw >= tokens.length) {
        throw new OdinError("bad-record", "The record's passes are not those of its prompt: it was changed.");
      }
      position.promptLength -= call.firstDraw;
      // The answer went on here, maybe within a character.
      for (const token of tokens.slice(position.promptLength)) position.stream.push(token);
    }
    return position;
  }

  #at(tokens: number[], cache: OdinCache, prompt: Prompt, settings: Settings): Position {
    const decode = (pending: number[]) => this.tokenizer?.decode(pending, { skipSpecialTokens: true }) ?? "";
    const stream = new TokenStream(decode);
    const promptLength = tokens.length;
    return { tokens, cache, promptLength, stream, settings, prompt, ended: false, answered: undefined };
  }

  /** The tokens that `prompt` adds to a text that was read; undefined when it is another text. */
  #following(last: Position, prompt: Prompt): number[] | undefined {
    if (typeof prompt === "string") return undefined;
    if (!Array.isArray(prompt)) {
      const goesOn = prompt.tokens.length > last.tokens.length && last.tokens.every((t, i) => t === prompt.tokens[i]);
      return goesOn ? prompt.tokens.slice(last.tokens.length) : undefined;
    }
    // Half a character is in the state, but not in the text that the caller was given.
    if (!last.answered || !this.tokenizer || last.stream.unfinished) return undefined;
    const eos = this.tokenizer.decode(this.eosTokenIds.slice(0, 1));
    let text: string | undefined;
    try {
      text = continuation(last.answered, prompt, (messages, add) => this.#render(messages, add), eos);
    } catch {
      return undefined; // reading it all will say what the template refuses
    }
    return text === undefined ? undefined : this.tokenizer.encode(text, { addSpecialTokens: false });
  }

  async #answer(position: Position, call: Call, listener: Listener): Promise<Stats> {
    const { tokens: ids, cache, settings, stream, promptLength } = position;
    const promptTokens = [...ids];
    const seen = cache.get_seq_length();
    const timing = { start: performance.now(), first: 0, last: 0 };
    const stop = new InterruptableStoppingCriteria();
    const stopped = () => {
      if (listener.stopped()) stop.interrupt();
      return stop.interrupted;
    };
    const answer: number[] = [];
    let text = position.answered?.answer ?? "";
    const say = (chunk: Chunk) => {
      text += chunk.text;
      listener.onChunk(chunk);
    };
    const recorded = call.kind === "replay" ? call.reads : undefined;
    const sizes = passes(ids.length - seen, recorded);
    let reads: Reads = [];
    const big = ids.map(BigInt);
    await this.model.prefill(big, cache, sizes.slice(0, -1), stopped, (done) => listener.onPrefill(done, ids.length));
    if (!stopped()) {
      const streamer = new Streamer((token) => {
        const now = performance.now();
        if (timing.first === 0) {
          reads = cache.reads;
          listener.onEvent?.({ type: "prefill", ms: now - timing.start, tokens: ids.length - seen });
        } else listener.onEvent?.({ type: "token", ms: now - timing.last, position: answer.length });
        timing.last = now;
        timing.first ||= now;
        answer.push(token);
        say({ text: stream.push(token), tokens: [token] });
        stopped();
      });
      const criteria = new StoppingCriteriaList();
      criteria.push(stop);
      const processors = new LogitsProcessorList();
      const sampler = new Sampler(settings, settings.seed);
      processors.push(new SamplingProcessor(sampler, [...ids], ids.length - promptLength));
      await this.model.generate({
        inputs: new Tensor("int64", BigInt64Array.from(big), [1, ids.length]),
        past_key_values: cache,
        max_new_tokens: settings.maxTokens,
        do_sample: false, // the processor has drawn already
        num_beams: 1,
        stopping_criteria: criteria,
        logits_processor: processors,
        streamer,
      } as unknown as Parameters<OdinForCausalLM["generate"]>[0]);
    }
    ids.push(...answer);
    const ended = this.eosTokenIds.includes(answer.at(-1)!);
    if (ended) say({ text: stream.end(), tokens: [] });
    const { prompt } = position;
    position.ended = ended;
    if (typeof prompt === "string" || Array.isArray(prompt)) {
      position.answered = { messages: messagesOf(prompt), answer: text, ended };
    }
    const finish = ended ? "eos" : stop.interrupted ? "stopped" : "length";
    const end = timing.first || performance.now();
    return {
      promptTokens,
      readTokens: promptTokens.length - seen,
      tokens: answer,
      finish,
      prefillMs: end - timing.start,
      decodeMs: timing.last - timing.first,
      record: this.#record(position, promptTokens, seen, reads, answer, finish),
    };
  }

  #record(
    { settings, prompt, promptLength }: Position,
    promptTokens: number[],
    seen: number,
    reads: Reads,
    tokens: number[],
    finish: Stats["finish"],
  ): RunRecord {
    const { info } = this;
    const { seed, ...parameters } = settings;
    // A text that was read in one go is told as the conversation; of another the way of reading matters as well.
    const fresh = seen === 0 && (typeof prompt === "string" || Array.isArray(prompt));
    return {
      format: RECORD_FORMAT,
      runtime: VERSION,
      model: { name: info.model ?? null, version: info.version ?? null },
      variant: info.variant,
      hashes: info.hashes,
      device: info.device,
      dtype: info.dtype,
      threads: info.threads,
      precision: { ...info.precision },
      seed,
      parameters,
      prompt: fresh ? { messages: messagesOf(prompt) } : { tokens: promptTokens },
      reads,
      firstDraw: promptTokens.length - promptLength,
      tokens,
      finish,
    };
  }

  /** Raises OdinError `empty-prompt`, `prompt-too-long`, `bad-option`. */
  #check(prompt: Prompt): void {
    if (typeof prompt !== "string" && !Array.isArray(prompt)) {
      checkTokens((prompt as { tokens?: unknown } | undefined)?.tokens, this.model.dimensions);
      return;
    }
    const messages = messagesOf(prompt);
    const length = messages.reduce((total, { content }) => total + content.length, 0);
    if (!messages.at(-1)?.content.trim()) {
      throw new OdinError("empty-prompt", "There is no question yet. Type one and try again.");
    }
    if (length > MAX_PROMPT_CHARACTERS) throw tooLong(`${length.toLocaleString("en")} characters`);
    if (!this.tokenizer) {
      throw new OdinError("bad-option", "This model was made without a tokenizer. Give the prompt as token ids.");
    }
  }

  /** Token ids of a prompt that was checked; of text as a user's turn, up to where the assistant's answer begins. */
  #encode(prompt: Prompt): number[] {
    if (typeof prompt !== "string" && !Array.isArray(prompt)) return [...prompt.tokens];
    return this.tokenizer!.applyChatTemplate(messagesOf(prompt), { addGenerationPrompt: true });
  }

  #render(messages: Message[], add_generation_prompt: boolean): string {
    const { transformers } = this.tokenizer!;
    return transformers.apply_chat_template(messages, { add_generation_prompt, tokenize: false }) as string;
  }

  private get eosTokenIds(): number[] {
    const fromGeneration = (this.model.generation_config as { eos_token_id?: number | number[] } | null)?.eos_token_id;
    const fromConfig = (this.model.config as unknown as { eos_token_id?: number | number[] }).eos_token_id;
    return [fromGeneration ?? fromConfig ?? []].flat();
  }
}

/** Hands every generated token on; the prompt, which `generate` streams first, is skipped. */
class Streamer extends BaseStreamer {
  #prompt = true;

  constructor(readonly onToken: (token: number) => void) {
    super();
  }

  override put(rows: bigint[][]): void {
    if (!this.#prompt) for (const token of rows[0]!) this.onToken(Number(token));
    this.#prompt = false;
  }

  override end(): void {}
}

function deviceLost(reason: string): OdinError {
  return new OdinError(
    "device-lost",
    `The graphics device went away in the middle of the answer (${reason}). Ask again: the model will start anew.`,
  );
}

function messagesOf(prompt: string | Message[]): Message[] {
  return typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
}

/** The options with their defaults. Raises OdinError `bad-option`. */
function checkOptions({ maxTokens = 512, ...sampling }: GenerateOptions): Settings {
  if (!Number.isInteger(maxTokens) || maxTokens < 1 || maxTokens > MAX_TOKENS) {
    const limits = `a whole number from 1 to ${MAX_TOKENS}`;
    throw new OdinError("bad-option", `maxTokens must be ${limits}; it was ${String(maxTokens)}.`);
  }
  return { ...checkSampling({ ...SAMPLING_DEFAULTS, ...sampling }), maxTokens };
}

function checkTokens(tokens: unknown, { vocab_size: size }: { vocab_size: number }): void {
  if (!Array.isArray(tokens) || tokens.length === 0) {
    throw new OdinError("empty-prompt", "The prompt has no tokens. Give it at least one.");
  }
  const wrong = tokens.find((token) => !Number.isInteger(token) || token < 0 || token >= size);
  if (wrong !== undefined) {
    throw new OdinError("bad-option", `Tokens are whole numbers from 0 to ${size - 1}; one was ${String(wrong)}.`);
  }
}

function checkLength(tokens: number): void {
  if (tokens > MAX_PROMPT_TOKENS) throw tooLong(`${tokens.toLocaleString("en")} tokens`);
}

function tooLong(length: string): OdinError {
  const limit = MAX_PROMPT_TOKENS.toLocaleString("en");
  return new OdinError(
    "prompt-too-long",
    `The question is too long: ${length}, where at most ${limit} tokens can be read. Shorten it and try again.`,
  );
}
