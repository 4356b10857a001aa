import { describe, expect, test } from "vitest";

import { uniform } from "../runtime/random";
import { dataOf } from "../runtime/training/batches";
import {
  exampleSplits,
  EXAMPLES,
  readExamples,
  requireExampleCount,
  type ReadExamplesOptions,
} from "../runtime/training/examples";

const sums = Array.from({ length: 40 }, (_, i) => ({ question: `${i} plus 2?`, answer: `${i + 2}` }));
const lines = (rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const bytes = (base64: string) => Uint8Array.from(Buffer.from(base64, "base64"));
/** As pyarrow writes `{"prompt": ["1+1", "1+2"], "output": ["2", "3"]}`. */
const PARQUET = bytes(
  "UEFSMRUAFSgVKCwVBBUAFQYVBhwAAAACAAAABAEDAAAAMSsxAwAAADErMhUAFSAVICwVBBUAFQYVBhwAAAACAAAABAEBAAAAMgEAAAAzFQQZPD" +
  "UAGAZzY2hlbWEVBAAVDCUCGAZwcm9tcHQlAEwcAAAAFQwlAhgGb3V0cHV0JQBMHAAAABYEGRwZLCYAHBUMGSUGABkYBnByb21wdBUAFgQWThZO" +
  "JghJHBUAFQAVAgA8FgwZBhkmAAQAAAAmABwVDBklBgAZGAZvdXRwdXQVABYEFkYWRiZWSRwVABUAFQIAPBYEGQYZJgAEAAAAFpQBFgQmCBaUAQ" +
  "AoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGSwcAAAcAAAA1QAAAFBBUjE=",
);
/** And `{"question": ["1+1"], "answer": [NaN]}`. */
const PARQUET_OF_NAN = bytes(
  "UEFSMRUAFRoVGiwVAhUAFQYVBhwAAAACAAAAAgEDAAAAMSsxFQAVHBUcLBUCFQAVBhUGHAAAAAIAAAACAQAAAAAAAPh/FQQZPDUAGAZzY2hlbW" +
  "EVBAAVDCUCGAhxdWVzdGlvbiUATBwAAAAVCiUCGAZhbnN3ZXIAFgIZHBksJgAcFQwZJQYAGRgIcXVlc3Rpb24VABYCFkAWQCYISRwVABUAFQIA" +
  "PBYGGQYZJgACAAAAJgAcFQoZJQYAGRgGYW5zd2VyFQAWAhZCFkImSEkcFQAVABUCADwpBhkmAAIAAAAWggEWAiYIFoIBACggcGFycXVldC1jcH" +
  "AtYXJyb3cgdmVyc2lvbiAyNi4wLjEZLBwAABwAAADRAAAAUEFSMQ==",
);
const refused = (source: string | Blob, words: string, code = "bad-data", options: ReadExamplesOptions = {}) =>
  expect(readExamples(source, options)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });

test("the same examples from JSON lines, an array and CSV, pasted or dropped under any name", async () => {
  const csv = `answer,question\r\n${sums.map(({ question, answer }) => `${answer},"${question}"`).join("\r\n")}`;
  const texts = [lines(sums), `\ufeff\n${lines(sums)}`, JSON.stringify(sums, null, 2), csv];
  for (const text of texts) {
    for (const source of [text, new Blob([text]), new File([text], "sums.json"), new File([text], "sums.txt")]) {
      const { examples, repeated, columns } = await readExamples(source);
      expect(examples).toEqual(sums);
      expect(repeated).toBe(0);
      expect(columns).toEqual({ question: "question", answer: "answer" });
    }
  }
});

test("Parquet is known by its first bytes", async () => {
  for (const source of [new Blob([PARQUET]), new File([PARQUET], "sums.bin"), new File([PARQUET], "sums.parquet")]) {
    expect(await readExamples(source)).toEqual({
      examples: [
        { question: "1+1", answer: "2" },
        { question: "1+2", answer: "3" },
      ],
      repeated: 0,
      columns: { question: "prompt", answer: "output" },
    });
  }
});

test.each([
  ["prompt", "completion"],
  ["input", "output"],
  ["instruction", "response"],
])("columns %s and %s are taken for question and answer", async (question, answer) => {
  const rows = sums.map((row) => ({ [question]: row.question, [answer]: row.answer, level: 3 }));
  expect(await readExamples(lines(rows))).toEqual({ examples: sums, repeated: 0, columns: { question, answer } });
});

test("question and answer go before other names, and two other names are not guessed between", async () => {
  const rows = sums.map((row) => ({ ...row, input: "x", output: "y" }));
  expect((await readExamples(lines(rows))).examples).toEqual(sums);
  const alpaca = lines([{ instruction: "a", input: "b", output: "c" }]);
  await refused(alpaca, "any of input, instruction may be the question");
});

test("white space around is left out, and a repeated example is counted", async () => {
  const { examples, repeated } = await readExamples("question,answer\n 1+1 ,2\n1+1, 2 \n1+2,3\n");
  expect(examples).toEqual([
    { question: "1+1", answer: "2" },
    { question: "1+2", answer: "3" },
  ]);
  expect(repeated).toBe(1);
});

describe("what is refused", () => {
  test.each([
    ["nothing", "", "the text"],
    ["white space", " \n\n", "the text"],
    ["an empty array", "[]", "the text has no rows"],
    ["a header alone", "question,answer\n", "the text has no rows"],
    ["prose", "I would like you\nto learn my language", "row 1: expected a column 'question'"],
    ["semicolons", "question;answer\n1;2\n", "with commas between the names"],
    ["no answers", lines([{ question: "a" }]), "row 1: expected a column 'answer' (or completion, output, response)"],
    ["a number", lines([sums[0], { question: "a", answer: 3 }]), "row 2, field 'answer': expected string, found"],
    ["null", lines([sums[0], { question: "a", answer: null }]), "row 2, column 'answer': expected"],
    ["a list", lines([{ question: ["a"], answer: "b" }]), "row 1, field 'question': expected string, found list"],
    ["a missing answer", lines([sums[0], { question: "a" }]), "row 2, column 'answer'"],
    ["an empty answer", "question,answer\na,b\nc,\n", "row 2, column 'answer': expected text, found an empty one"],
    ["an empty question", "prompt,output\n  ,b\n", "row 1, column 'prompt': expected text, found an empty one"],
    ["NaN", '{"question": NaN, "answer": "1"}', "row 1: broken JSON"],
    ["a line that is cut", `${lines(sums)}{"question": "a", "ans`, "row 41: broken JSON"],
    ["a quote that is not closed", 'question,answer\na,"b\n', "a quote is not closed"],
    ["a row of other columns", lines([sums[0], { prompt: "a", completion: "b" }]), "row 2, column 'question'"],
    ["half a surrogate pair", '{"question": "\\ud83d", "answer": "1"}', "row 1, field 'question'"],
    ["one in the text itself", "question,answer\n\ud83d,1", "half a surrogate pair"],
    ["a column twice", "question,answer,answer\na,b,c\n", "column 'answer' occurs twice"],
  ])("%s", (_, text, words) => refused(text, words));

  test("two answers to a question, with both rows", async () => {
    const rows = [...sums, sums[3], { question: sums[5]!.question, answer: "0" }];
    await refused(lines(rows), 'rows 6 and 42 ask the same, string "5 plus 2?", and answer differently');
  });

  test("bytes that are neither text nor Parquet, with the file's name", async () => {
    await refused(new File([Uint8Array.of(255, 254, 0)], "a.csv"), "a.csv is not UTF-8", "corrupt");
    await refused(new File([Uint8Array.of(1, 2, 3)], "a.parquet"), "a.parquet, row 1: ", "bad-data");
    await refused(new File([PARQUET_OF_NAN], "a.parquet"), "a.parquet, row 1, field 'answer': expected string");
    await refused(new File([PARQUET.subarray(0, 200)], "a.parquet"), "broken Parquet");
    await refused(new File(["PAR1 and then nothing"], "a.bin"), "broken Parquet");
  });

  test("more examples than the most, without reading on", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        const rows = Array.from({ length: 100 }, () => ({ question: `q${pulled++}`, answer: "a" }));
        controller.enqueue(new TextEncoder().encode(lines(rows)));
      },
    });
    const file = new File(["{"], "endless.jsonl");
    file.stream = () => endless as ReturnType<File["stream"]>;
    await refused(file, "endless.jsonl has more than 500 examples");
    expect(pulled).toBeLessThan(2000);
    await refused(lines(sums), "more than 39 examples", "bad-data", { most: 39 });
    expect((await readExamples(lines(sums), { most: 40 })).examples).toHaveLength(40);
  });

  test("a signal that is aborted", () => refused(lines(sums), "stopped", "aborted", { signal: AbortSignal.abort() }));

  test.each([0, 19, 501])("%s examples on a page", (count) => {
    expect(() => requireExampleCount(count)).toThrow(`expected 20 to 500 different examples, found ${count}`);
  });

  test("but not 20 or 500", () => [20, 500].forEach(requireExampleCount));
});

test("whatever is done to a file, it gives examples or an error in words", async () => {
  const csv = sums.map(({ question, answer }) => `"${question}",${answer}\n`);
  const texts = [lines(sums), JSON.stringify(sums), `question,answer\n${csv.join("")}`];
  const pieces = ['"', ",", "\n", "{", "}", "[", "]", "\\", "\0", "null", "NaN", "é", "question", ":", " "];
  const outcomes = new Set<string>();
  for (let round = 0; round < 300; round++) {
    const text = texts[round % 3]!;
    const [at, length, piece] = [1, 2, 3].map((draw) => uniform(round, draw));
    const start = Math.floor(at! * text.length);
    const end = start + Math.floor(length! ** 4 * 50);
    const broken = text.slice(0, start) + pieces[Math.floor(piece! * pieces.length)] + text.slice(end);
    try {
      const { examples } = await readExamples(broken);
      expect(examples.every(({ question, answer }) => question.trim() && answer.trim())).toBe(true);
      outcomes.add("examples");
    } catch (error) {
      expect(error).toMatchObject({ name: "OdinError", code: "bad-data", message: expect.stringMatching(/rows? \d/) });
      outcomes.add("error");
    }
  }
  expect(outcomes.size).toBe(2);
});

describe("splits", () => {
  const questions = (examples: readonly { question: string }[]) => examples.map(({ question }) => question);

  test("about a fifth is held out, nothing is lost, and a seed decides which", () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ question: `${i}`, answer: "x" }));
    const { training, heldOut } = exampleSplits(many, 1);
    expect([...training, ...heldOut].sort((a, b) => +a.question - +b.question)).toEqual(many);
    // Five standard deviations.
    expect(Math.abs(heldOut.length - 100)).toBeLessThan(45);
    expect(exampleSplits(many, 1)).toEqual({ training, heldOut });
    expect(exampleSplits(many, 2).heldOut).not.toEqual(heldOut);
    // A question stays where it is when others come or go, whatever its answer and its place.
    const some = exampleSplits(many.slice(100).reverse(), 1);
    expect(questions(some.heldOut).reverse()).toEqual(questions(heldOut).filter((question) => +question >= 100));
  });

  test("neither side is ever empty, and the rest stays where it was", () => {
    for (let seed = 0; seed < 50; seed++) {
      for (const count of [2, 3, 5]) {
        const { training, heldOut } = exampleSplits(sums.slice(0, count), seed);
        expect(Math.min(training.length, heldOut.length)).toBeGreaterThan(0);
        expect(new Set([...questions(training), ...questions(heldOut)]).size).toBe(count);
      }
    }
    expect(() => exampleSplits(sums.slice(0, 1))).toThrow("at least 2 examples");
  });
});

test("data are identified by their examples in order", () => {
  expect(dataOf(sums)).toEqual({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), examples: 40 });
  expect(dataOf(sums.map(({ answer, question }) => ({ answer, question }))).sha256).toBe(dataOf(sums).sha256);
  expect(dataOf([...sums].reverse()).sha256).not.toBe(dataOf(sums).sha256);
  expect(() => dataOf([{ question: "a", answer: "" }])).toThrow("row 1, column 'answer'");
});

test("the descriptor is one of a dataset", () => {
  expect(EXAMPLES.fields.map(({ name, type, required }) => [name, type, required])).toEqual([
    ["question", "string", true],
    ["answer", "string", true],
  ]);
});
