/**
 * Makes transformers.js split text as Python's tokenizer does, by what it is given as tokenizer.json.
 *
 * Left alone, it takes only `0-9` for digits, U+FEFF instead of U+0085 for white space, and letters, numbers and NFC
 * from the browser's version of Unicode. Of 10,000 hostile strings some 700 came out differently.
 */

import { OdinError } from "../errors";
import { nfc, splitWords } from "./words";

/** What is read here of a tokenizer.json. */
export interface TokenizerJson {
  added_tokens: AddedToken[];
  normalizer: Part | null;
  pre_tokenizer: Part | null;
  post_processor: Part | null;
  decoder: Part | null;
  model: { type: string; vocab: Record<string, number>; merges: unknown[]; [key: string]: unknown };
}

export interface AddedToken {
  id: number;
  content: string;
  special: boolean;
  [key: string]: unknown;
}

interface Part {
  type: string;
  pretokenizers?: Part[];
  [key: string]: unknown;
}

// No text can hold it, since half a surrogate pair is none. The space keeps the half away from what follows it, for
// WebKit: see words.ts.
const BETWEEN_WORDS = "\ud800 ";
const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The file that makes transformers.js equal to Python's tokenizer: its normalizer marks where the words end.
 *
 * @throws OdinError `corrupt` when it is no tokenizer.json, `foreign-model` when it is one of parts that are not
 *   known to be equal: anything but the byte-level BPE that data_chef trains and its near relatives.
 */
export function withPythonsWords(json: TokenizerJson): TokenizerJson {
  check(json);
  const words = wordsOf(json);
  const ends = { type: "Split", pattern: { String: BETWEEN_WORDS }, behavior: "Removed" };
  const content = (text: string) => words(text).join(BETWEEN_WORDS);
  return {
    ...json,
    // What takes the content is String.replaceAll, so it may be a function.
    normalizer: { type: "Replace", pattern: { Regex: "[\\s\\S]+" }, content },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [ends, { type: "ByteLevel", add_prefix_space: false, use_regex: false }],
    },
    added_tokens: json.added_tokens.map((token) => ({ ...token, normalized: false })),
  };
}

/** A function that splits text into the pieces which BPE takes for words: added tokens and pre-tokens. */
export function wordSplitter(json: TokenizerJson): (text: string) => string[] {
  const words = wordsOf(json);
  const added = json.added_tokens
    .map(({ content }) => content)
    .sort((a, b) => b.length - a.length) // of two that begin alike the longer one is meant
    .map((content) => content.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  if (added.length === 0) return words;
  const pattern = new RegExp(`(${added.join("|")})`);
  // Split by a group, every second piece is what the group matched.
  return (text) => text.split(pattern).flatMap((piece, i) => (i % 2 ? [piece] : words(piece)));
}

function wordsOf(json: TokenizerJson): (text: string) => string[] {
  const digits = parts(json.pre_tokenizer).some((part) => part.type === "Digits");
  const normalize = json.normalizer ? nfc : (text: string) => text;
  return (text) => splitWords(normalize(fromUtf8.decode(utf8.encode(text))), digits);
}

function parts(preTokenizer: Part | null): Part[] {
  return preTokenizer?.type === "Sequence" ? (preTokenizer.pretokenizers ?? []) : preTokenizer ? [preTokenizer] : [];
}

function check(json: TokenizerJson): void {
  if (!Array.isArray(json?.added_tokens) || !json.model?.vocab) {
    throw new OdinError(
      "corrupt",
      "This is JSON, but not a tokenizer: added_tokens or a vocabulary is missing. Give a model's tokenizer.json.",
    );
  }
  const model = json.model;
  const foreign = (what: string) =>
    new OdinError(
      "foreign-model",
      `This tokenizer has ${what}, for which equal tokens are not known to come out in Python and here. Give the ` +
        "tokenizer of an ODIN model: byte-level BPE, NFC or no normalizer.",
    );
  if (model.type !== "BPE") throw foreign(`a model of the type ${model.type}`);
  for (const option of ["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback"]) {
    if (model[option]) throw foreign(`the BPE option ${option}`);
  }
  const words = parts(json.pre_tokenizer);
  const allowed: [name: string, found: (Part | null)[], known: string[]][] = [
    ["normalizer", [json.normalizer], ["NFC"]],
    ["pre-tokenizer", words.slice(0, -1), ["Digits"]],
    ["last pre-tokenizer", [words.at(-1) ?? null], ["ByteLevel"]],
    ["post-processor", [json.post_processor], ["ByteLevel", "TemplateProcessing"]],
    ["decoder", [json.decoder], ["ByteLevel"]],
  ];
  for (const [name, found, known] of allowed) {
    for (const part of found) if (part && !known.includes(part.type)) throw foreign(`the ${name} ${part.type}`);
  }
  if (!words.length || !json.decoder) throw foreign("no bytes for letters");
  if (words.some((part) => part["add_prefix_space"])) throw foreign("a space put before the text");
  if (words.some((part) => part["use_regex"] === false)) throw foreign("texts as words");
  if (words.some((part) => part["individual_digits"] === false)) throw foreign("numbers as words");
  for (const token of json.added_tokens) {
    const option = ["single_word", "lstrip", "rstrip"].find((name) => token[name]);
    if (option) throw foreign(`the token ${token.content} with the option ${option}`);
    if (token["normalized"] && json.normalizer) throw foreign(`the token ${token.content}, found in normalised text`);
  }
}
