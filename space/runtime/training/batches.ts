/** Examples on their way into training steps: tokenised, masked up to the answer, shuffled and packed into rows. */

import { canonicalJson, sha256Hex } from "../canonical";
import type { Dataset } from "../data";
import { OdinError } from "../errors";
import type { Message } from "../protocol";
import { shuffled, uniform } from "../random";
import { checkExample } from "./examples";
import type { BatchOptions, Example, TrainingBatch, TrainingData } from "./types";

/** Token ids of a conversation, as `Tokenizer.applyChatTemplate` gives them. */
export type Encode = (messages: Message[], options: { addGenerationPrompt: boolean }) => number[];

/** What the training graph takes: rows of a batch, tokens of a row, and the token that fills what is left of one. */
export interface BatchShape {
  batch: number;
  seq: number;
  padTokenId: number;
}

/** The label of a token that is not to be learned. */
export const IGNORE = -100;

/** An example in tokens, of which those from `answer` on are to be learned. */
interface Document {
  tokens: readonly number[];
  answer: number;
}

/**
 * The batches of one epoch after another.
 *
 * A document is the conversation of question and answer as the chat template writes it. Labels are the answer, the
 * token that ends it and what the template puts after that, as in training/data.py. Each epoch has its own order,
 * `shuffled` by the integer `uniform(seed, epoch) * 2^53`. In that order each document goes into the first row that
 * has room for it, and the rows are dealt to as few batches as can hold them, in turn: so the batches of an epoch are
 * alike, where filling one after another would leave a last one of few examples that moves the model as much as any.
 * Rows that are still missing are padding only. That does not dilute the loss, which is the mean over labelled tokens.
 *
 * @throws OdinError `bad-data` naming the row (from 1) when it is no example, when it is longer than a row of the
 *   graph, or when the question's tokens are not the beginning of the whole conversation's, and when there is no row;
 *   `bad-option` for the options
 */
export async function* trainingBatches(
  rows: Dataset<Example> | AsyncIterable<Example>,
  encode: Encode,
  shape: BatchShape,
  { seed = 0, epochs = 1 }: BatchOptions = {},
): AsyncGenerator<TrainingBatch, void, void> {
  uniform(seed, 0); // refuses a seed that is none
  if (!Number.isSafeInteger(epochs) || epochs < 1) {
    throw new OdinError("bad-option", `epochs must be an integer of at least 1, not ${epochs}`);
  }
  const documents: Document[] = [];
  for await (const row of rows) documents.push(tokenised(row, `row ${documents.length + 1}`, encode, shape.seq));
  if (!documents.length) throw new OdinError("bad-data", "there are no examples to learn from; give at least one");
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffled(documents.length, uniform(seed, epoch) * 2 ** 53);
    const packed = firstFit(order.map((index) => documents[index]!), shape.seq);
    const count = Math.ceil(packed.length / shape.batch);
    for (let first = 0; first < count; first++) {
      yield filled(packed.filter((_, index) => index % count === first), shape);
    }
  }
}

function tokenised(row: Example, where: string, encode: Encode, seq: number): Document {
  const { question, answer } = checkExample(row, where);
  const messages: Message[] = [{ role: "user", content: question }];
  const prompt = encode(messages, { addGenerationPrompt: true });
  const tokens = encode([...messages, { role: "assistant", content: answer }], { addGenerationPrompt: false });
  if (tokens.length > seq) {
    const length = `${tokens.length} tokens, and a training step takes ${seq}`;
    throw new OdinError("bad-data", `${where} has ${length}; shorten the question or the answer, or leave it out`);
  }
  if (prompt.length >= tokens.length || !prompt.every((token, index) => token === tokens[index])) {
    const reason = "the tokens of the question, up to where the answer begins, are not the first of the whole";
    throw new OdinError("bad-data", `${where}: ${reason}; let the answer begin with a letter, digit or other sign`);
  }
  // The first token of a document is predicted by nothing, least of all by the document before it.
  return { tokens, answer: Math.max(1, prompt.length) };
}

function firstFit(documents: readonly Document[], seq: number): Document[][] {
  const rows: { room: number; documents: Document[] }[] = [];
  for (const document of documents) {
    let row = rows.find(({ room }) => room >= document.tokens.length);
    if (!row) rows.push((row = { room: seq, documents: [] }));
    row.documents.push(document);
    row.room -= document.tokens.length;
  }
  return rows.map((row) => row.documents);
}

function filled(rows: readonly Document[][], { batch, seq, padTokenId }: BatchShape): TrainingBatch {
  const inputIds = new Int32Array(batch * seq).fill(padTokenId);
  const labels = new Int32Array(batch * seq).fill(IGNORE);
  const segments = new Int32Array(batch * seq);
  for (const [index, documents] of rows.entries()) {
    let place = index * seq;
    const end = place + seq;
    for (const [segment, { tokens, answer }] of documents.entries()) {
      inputIds.set(tokens, place);
      labels.set(tokens.slice(answer), place + answer);
      place += tokens.length;
      segments.fill(segment + 1, place, end);
    }
  }
  const examples = rows.reduce((total, documents) => total + documents.length, 0);
  return { rows: batch, length: seq, inputIds, labels, segments, examples };
}

/** For a record: what identifies a batch, 16 hex digits of the sha256 of its numbers as little-endian int32. */
export function batchSha256({ rows, length, inputIds, labels, segments }: TrainingBatch): string {
  const numbers = new Int32Array(2 + 3 * rows * length);
  numbers.set([rows, length]);
  [inputIds, labels, segments].forEach((part, index) => numbers.set(part, 2 + index * rows * length));
  return sha256Hex(new Uint8Array(numbers.buffer)).slice(0, 16);
}

/** For a record: what identifies the examples, in their order. @throws OdinError `bad-data` for what is no example */
export function dataOf(examples: readonly Example[]): TrainingData {
  const checked = examples.map((example, index) => checkExample(example, `row ${index + 1}`));
  return { sha256: sha256Hex(canonicalJson(checked)), examples: examples.length };
}
