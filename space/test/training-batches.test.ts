import { expect, test, vi } from "vitest";

import { Dataset } from "../runtime/data";
import type { Message } from "../runtime/protocol";
import { shuffled } from "../runtime/random";
import { batchSha256, IGNORE, trainingBatches, type BatchShape, type Encode } from "../runtime/training/batches";
import type { BatchOptions, Example, TrainingBatch } from "../runtime/training/types";

const [PAD, START, END, NEWLINE] = [0, 1, 2, 3];

/** A token a character, in ChatML; a line break before another one is a token with it, as byte pairs may be. */
const encode: Encode = (messages, { addGenerationPrompt }) => {
  const id = (character: string) => (character === "\n" ? NEWLINE : character.codePointAt(0)! + 10);
  const text = (content: string) => [...content.replaceAll("\n\n", "\r")].map(id);
  const roles = { system: "s", user: "u", assistant: "a" };
  const turns = messages.flatMap(({ role, content }) => [START, ...text(`${roles[role]}\n${content}`), END, NEWLINE]);
  return addGenerationPrompt ? [...turns, START, ...text("a\n")] : turns;
};
/** Tokens of the turns around question and answer. */
const FRAME = 10;

const shape: BatchShape = { batch: 2, seq: 32, padTokenId: PAD };
const example = (i: number): Example => ({ question: `q${i}`, answer: "x".repeat(1 + (i % 9)) + i });
const examples = Array.from({ length: 50 }, (_, i) => example(i));

async function batchesOf(rows: readonly Example[], options: BatchOptions = {}, size = shape) {
  const batches: TrainingBatch[] = [];
  for await (const batch of trainingBatches(Dataset.from(rows), encode, size, options)) batches.push(batch);
  return batches;
}

interface Found {
  tokens: number[];
  labels: number[];
}

/** The documents of the batches, in order of rows, without the padding. */
function documentsIn(batches: readonly TrainingBatch[]): Found[] {
  const found: Found[] = [];
  for (const { rows, length, inputIds, labels, segments } of batches) {
    for (let row = 0; row < rows; row++) {
      const documents: Found[] = [];
      for (let place = row * length; place < (row + 1) * length; place++) {
        const document = (documents[segments[place]!] ??= { tokens: [], labels: [] });
        document.tokens.push(inputIds[place]!);
        document.labels.push(labels[place]!);
      }
      // Segments are numbered without gaps, and padding is one of its own at the end.
      expect(documents.every(Boolean)).toBe(true);
      documents.forEach(({ tokens }, i) => {
        expect(tokens.includes(PAD) ? i === documents.length - 1 && new Set(tokens).size === 1 : true).toBe(true);
      });
      found.push(...documents.filter(({ tokens }) => tokens[0] !== PAD));
    }
  }
  return found;
}

function questionOf({ tokens }: Found): string {
  const question = tokens.slice(3, tokens.indexOf(END));
  return String.fromCodePoint(...question.map((token) => token - 10));
}

test("each epoch has every document once, whole, with labels from the answer on", async () => {
  const batches = await batchesOf(examples, { epochs: 3, seed: 5 });
  const documents = documentsIn(batches);
  expect(documents).toHaveLength(150);
  for (const { question, answer } of examples) {
    const same = documents.filter((document) => questionOf(document) === question);
    expect(same).toHaveLength(3);
    const messages: Message[] = [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ];
    for (const { tokens, labels } of same) {
      expect(tokens).toEqual(encode(messages, { addGenerationPrompt: false }));
      const learned = [...answer].length + 2; // the token that ends it and the line break, as in Python
      expect(labels.slice(-learned)).toEqual(tokens.slice(-learned));
      expect(new Set(labels.slice(0, -learned))).toEqual(new Set([IGNORE]));
    }
  }
  expect(batches.reduce((total, batch) => total + batch.examples, 0)).toBe(150);
});

test("padding has no labels, and no first token of a document has one", async () => {
  for (const { inputIds, labels, segments, length } of await batchesOf(examples)) {
    labels.forEach((label, place) => {
      const first = place % length === 0 || segments[place] !== segments[place - 1];
      if (first || inputIds[place] === PAD) expect(label).toBe(IGNORE);
      else expect([IGNORE, inputIds[place]]).toContain(label);
    });
  }
});

test("documents go in shuffled order into the first row with room, and rows to batches in turn", async () => {
  const same = Array.from({ length: 20 }, (_, i) => ({ question: String.fromCharCode(97 + i), answer: "yes" }));
  const size = { batch: 4, seq: 2 * (FRAME + 4) + 3, padTokenId: PAD };
  const batches = await batchesOf(same, { seed: 7 }, size);
  // Two to a row: ten rows, so three batches, of four, three and three.
  expect(batches.map((batch) => batch.examples)).toEqual([8, 6, 6]);
  const rows = batches.map((batch) => documentsIn([batch]).map(questionOf));
  const inTurn = [0, 1, 2, 3].flatMap((row) => rows.flatMap((batch) => batch.slice(2 * row, 2 * row + 2)));
  expect([...inTurn].sort()).toEqual(same.map(({ question }) => question));
  const again = (await batchesOf(same, { seed: 7 }, size)).map((batch) => documentsIn([batch]).map(questionOf));
  expect(again).toEqual(rows);
});

test("a short document fills an earlier row's room", async () => {
  const rows = [..."abcdefgh"].map((question, i) => ({ question, answer: i % 2 ? "y".repeat(12) : "n" }));
  const [batch, ...more] = await batchesOf(rows, {}, { batch: 8, seq: 35, padTokenId: PAD });
  // Long ones take 23 tokens and short ones 12, so each row has one of both and no padding.
  expect(more).toEqual([]);
  expect([0, 1, 2, 3].map((row) => batch!.segments[row * 35 + 34])).toEqual([1, 1, 1, 1]);
  expect(batch!.inputIds.subarray(4 * 35).every((token) => token === PAD)).toBe(true);
});

test("an epoch's order is a function of seed and epoch, and no epoch of one seed is that of another", async () => {
  const orders = new Set<string>();
  for (const seed of [0, 1, 2]) {
    const batches = await batchesOf(examples, { seed, epochs: 3 });
    const order = documentsIn(batches).map(questionOf);
    for (let epoch = 0; epoch < 3; epoch++) orders.add(order.slice(50 * epoch, 50 * (epoch + 1)).join());
    expect(documentsIn(await batchesOf(examples, { seed, epochs: 1 })).map(questionOf)).toEqual(order.slice(0, 50));
  }
  expect(orders.size).toBe(9);
  expect(shuffled(50, 0)).not.toEqual(shuffled(50, 1));
});

test("rows come from any asynchronous iterable and are tokenised once", async () => {
  const counted = vi.fn(encode);
  const rows = (async function* () {
    yield* examples;
  })();
  let examplesSeen = 0;
  for await (const batch of trainingBatches(rows, counted, shape, { epochs: 4 })) examplesSeen += batch.examples;
  expect(examplesSeen).toBe(200);
  expect(counted).toHaveBeenCalledTimes(100);
});

test("a document of exactly a row's length fits, and one token more does not", async () => {
  const long = { question: "q", answer: "y".repeat(32 - FRAME) };
  const [batch] = await batchesOf([{ ...long, answer: long.answer.slice(1) }]);
  expect([...batch!.segments]).toEqual([...Array<number>(32).fill(0), ...Array<number>(32).fill(0)]);
  expect(batch!.inputIds[31]).toBe(NEWLINE);
  await expect(batchesOf([example(0), long])).rejects.toMatchObject({
    code: "bad-data",
    message: expect.stringContaining("row 2 has 33 tokens, and a training step takes 32"),
  });
});

test.each<[string, unknown[], string]>([
  ["no examples", [], "there are no examples"],
  ["no question", [example(0), { answer: "a" }], "row 2, column 'question': expected text, found nothing"],
  ["a number", [{ question: "a", answer: NaN }], "row 1, column 'answer': expected text, found number NaN"],
  ["an empty answer", [{ question: "a", answer: "" }], "row 1, column 'answer': expected text, found an empty one"],
  ["no row at all", [null], "row 1, column 'question'"],
  ["an answer that melts into the turn before", [{ question: "a", answer: "\nb" }], "row 1: the tokens of the"],
])("%s: refused, with the row", async (_, rows, words) => {
  const error = { code: "bad-data", message: expect.stringContaining(words) as string };
  await expect(batchesOf(rows as Example[])).rejects.toMatchObject(error);
});

test("a template without the answer leaves nothing to learn", async () => {
  const deaf: Encode = (messages) => encode(messages.slice(0, 1), { addGenerationPrompt: true });
  const batches = trainingBatches(Dataset.from(examples), deaf, shape);
  await expect(batches.next()).rejects.toMatchObject({ code: "bad-data" });
});

test.each<BatchOptions>([{ seed: -1 }, { seed: 0.5 }, { epochs: 0 }, { epochs: 1.5 }, { epochs: NaN }])(
  "%o: no option",
  async (options) => expect(batchesOf(examples, options)).rejects.toMatchObject({ code: "bad-option" }),
);

test("a batch's hash is of all its numbers", async () => {
  const [batch] = await batchesOf(examples);
  const hash = batchSha256(batch!);
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
  for (const part of ["inputIds", "labels", "segments"] as const) {
    const other = batch![part].slice();
    other[17]!++;
    expect(batchSha256({ ...batch!, [part]: other })).not.toBe(hash);
  }
  expect(batchSha256({ ...batch!, rows: 4, length: 16 })).not.toBe(hash);
});
