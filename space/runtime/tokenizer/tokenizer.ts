/** `Tokenizer`: text to tokens and back, with the same tokens as Python's tokenizer of the same file. */

import { PreTrainedTokenizer } from "@huggingface/transformers";
import { sha256Hex } from "../canonical";
import { OdinError } from "../errors";
import { measure, type TokenizerMetrics } from "./metrics";
import { withPythonsWords, wordSplitter, type TokenizerJson } from "./parity";

export interface ChatMessage {
  role: string;
  content: string;
}

export interface EncodeOptions {
  /** Whether what the file's post-processor adds is added (ODIN's adds nothing). Default true, as in Python. */
  addSpecialTokens?: boolean;
  /**
   * Whether text that spells a special token stays text. Default false, as in Python: `<|im_end|>` in a text becomes
   * that token, whoever wrote it.
   */
  splitSpecialTokens?: boolean;
}

export interface DecodeOptions {
  /** Whether special tokens are left out. Default false, as in Python. */
  skipSpecialTokens?: boolean;
}

/** What {@link Tokenizer} needs to know, besides tokenizer.json. */
export interface TokenizerConfig {
  chat_template?: string | null;
  clean_up_tokenization_spaces?: boolean;
  [key: string]: unknown;
}

/** Made by `loadTokenizer`. */
export class Tokenizer {
  /**
   * The wrapped tokenizer of transformers.js, for its generation loop and streamers. It gives the same tokens; but
   * its `decode` fails on an empty list and on a number that is no token.
   */
  readonly transformers: PreTrainedTokenizer;
  /** SHA-256 in hex of the bytes of tokenizer.json: `tokenizer_sha256` of an odin.json. */
  readonly hash: string;
  /** How many tokens there are, added ones included; the model's `vocab_size` may be larger. */
  readonly vocabSize: number;
  /** The special tokens, such as `<|im_end|>`, with their ids. */
  readonly specialTokens: Readonly<Record<string, number>>;
  readonly #json: TokenizerJson;
  readonly #config: TokenizerConfig;
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #ids: ReadonlySet<number>;
  #withoutSpecial: PreTrainedTokenizer | undefined;
  #words: ((text: string) => string[]) | undefined;

  /**
   * @param bytes of tokenizer.json.
   * @param config what tokenizer_config.json holds.
   * @throws OdinError `corrupt`, `foreign-model`.
   */
  constructor(bytes: Uint8Array, config: TokenizerConfig) {
    this.#json = parsed(bytes);
    this.#config = config;
    this.transformers = wrapped(this.#json, config);
    this.hash = sha256Hex(bytes);
    const { added_tokens: added, model } = this.#json;
    const tokens = added.map(({ content, id }) => [content, id] as const);
    this.#vocabulary = new Map([...Object.entries(model.vocab), ...tokens]);
    this.#ids = new Set(this.#vocabulary.values());
    this.vocabSize = this.#vocabulary.size;
    const special = added.filter((token) => token.special);
    this.specialTokens = Object.fromEntries(special.map(({ content, id }) => [content, id]));
  }

  /**
   * Token ids of `text`. Half a surrogate pair, which UTF-8 cannot write, counts as U+FFFD, as for TextEncoder.
   *
   * @throws OdinError `bad-option` when `text` is no string.
   */
  encode(text: string, { addSpecialTokens = true, splitSpecialTokens = false }: EncodeOptions = {}): number[] {
    if (typeof text !== "string") {
      throw new OdinError("bad-option", `A tokenizer encodes a string, not ${text === null ? "null" : typeof text}.`);
    }
    const tokenizer = splitSpecialTokens ? this.#textOnly : this.transformers;
    return tokenizer.encode(text, { add_special_tokens: addSpecialTokens });
  }

  /** {@link encode} of each text, without padding. */
  encodeBatch(texts: readonly string[], options: EncodeOptions = {}): number[][] {
    return texts.map((text) => this.encode(text, options));
  }

  /**
   * The text of `ids`. As in Python, bytes that are no UTF-8 become U+FFFD and numbers that are no token are skipped.
   */
  decode(ids: Iterable<number | bigint>, { skipSpecialTokens = false }: DecodeOptions = {}): string {
    const known = Array.from(ids, Number).filter((id) => this.#ids.has(id));
    if (known.length === 0) return "";
    return this.transformers.decode(known, {
      skip_special_tokens: skipSpecialTokens,
      // Python's default, where transformers.js has another.
      clean_up_tokenization_spaces: this.#config.clean_up_tokenization_spaces ?? false,
    });
  }

  /** {@link decode} of each list. */
  decodeBatch(batch: readonly Iterable<number | bigint>[], options: DecodeOptions = {}): string[] {
    return batch.map((ids) => this.decode(ids, options));
  }

  /**
   * Token ids of a conversation, written out by the chat template.
   *
   * @param options `addGenerationPrompt` (default false) lets it end where the assistant's answer begins.
   * @throws OdinError `bad-option` when there is no template, or these messages do not suit it.
   */
  applyChatTemplate(messages: readonly ChatMessage[], { addGenerationPrompt = false } = {}): number[] {
    if (!this.#config.chat_template) {
      throw new OdinError(
        "bad-option",
        "This tokenizer has no chat template. Load it with its tokenizer_config.json or chat_template.jinja.",
      );
    }
    let text: string;
    try {
      text = this.transformers.apply_chat_template([...messages], {
        tokenize: false,
        add_generation_prompt: addGenerationPrompt,
      });
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new OdinError("bad-option", `The chat template refuses these messages: ${words}`);
    }
    return this.encode(text, { addSpecialTokens: false });
  }

  /**
   * How well the vocabulary fits these texts: the numbers of `python -m data_chef tokenizer measure`.
   *
   * @throws OdinError `bad-option` when there is no text in them.
   */
  metrics(texts: readonly string[]): TokenizerMetrics {
    this.#words ??= wordSplitter(this.#json);
    const encode = (text: string) => this.encode(text, { addSpecialTokens: false });
    return measure({ words: this.#words, encode, vocabulary: this.#vocabulary }, texts);
  }

  get #textOnly(): PreTrainedTokenizer {
    const plain = this.#json.added_tokens.filter((token) => !token.special);
    return (this.#withoutSpecial ??= wrapped({ ...this.#json, added_tokens: plain }, this.#config));
  }
}

function parsed(bytes: Uint8Array): TokenizerJson {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text) as TokenizerJson;
  } catch {
    const page = text.trimStart().startsWith("<") ? " It is a web page." : "";
    throw new OdinError("corrupt", `The tokenizer's file is not JSON.${page} Give the tokenizer.json of a model.`);
  }
}

function wrapped(json: TokenizerJson, config: TokenizerConfig): PreTrainedTokenizer {
  const exact = withPythonsWords(json);
  try {
    return new PreTrainedTokenizer(exact, config);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new OdinError("corrupt", `The tokenizer's file could not be used: ${words}. It may have been cut short.`);
  }
}
