/** A visitor's file or text of examples: questions, each with the answer that the model is to learn. */

import { found, isText } from "../canonical";
import { defineDataset, ingest, type DataFormat } from "../data";
import { OdinError } from "../errors";
import { shuffled, splitOf } from "../random";
import type { Example } from "./types";

/** What a page takes: fewer are learned by heart without the rule behind them, more take too long in a tab. */
export const FEWEST_EXAMPLES = 20;
export const MOST_EXAMPLES = 500;

/** Parts of 10,000. */
const SPLITS = { training: 8_000, heldOut: 2_000 } as const;

const text = (name: string, description: string, required: boolean) =>
  ({ name, type: "string", required, description }) as const;

/** What a file of examples is; a program that writes one may publish this beside it. */
export const EXAMPLES = defineDataset({
  name: "examples",
  version: "1",
  modality: "text",
  fields: [
    text("question", "what the model is asked", true),
    text("answer", "what it is to say, whole", true),
  ],
  splits: SPLITS,
  seed: 0,
  license: "other",
  content_sha256: "0".repeat(64),
});

/** What other tools call the two columns. */
const QUESTIONS = ["question", "prompt", "input", "instruction"];
const ANSWERS = ["answer", "completion", "output", "response"];

/** The same file, under whichever names. */
const READ = defineDataset({ ...EXAMPLES, fields: [...QUESTIONS, ...ANSWERS].map((name) => text(name, "", false)) });

/** What was read. */
export interface ExampleFile {
  examples: Example[];
  /** Rows that said what an earlier one had said, and were left out. */
  repeated: number;
  /** The file's own names of the two columns. */
  columns: { question: string; answer: string };
}

export interface ReadExamplesOptions {
  /** Default: what the beginning of the file looks like. */
  format?: DataFormat;
  /** More examples than these are refused; default {@link MOST_EXAMPLES}. */
  most?: number;
  /** Ends the reading. */
  signal?: AbortSignal;
}

/**
 * The examples of a file, or of a text that was pasted: JSON lines, a JSON array, CSV with a header, or Parquet.
 *
 * The columns are `question` and `answer`. A file that has neither may call them `prompt`, `input` or `instruction`
 * and `completion`, `output` or `response`; `columns` says so. Other columns are left out, and so is white space
 * around a question or answer.
 *
 * @throws OdinError `bad-data` naming the row (from 1; blank lines and the header of CSV do not count) and the column:
 *   no rows, no such columns, no text, an empty one, a question with two answers; `corrupt` for text that is no UTF-8;
 *   `aborted`
 */
export async function readExamples(
  source: Blob | string,
  { format, most = MOST_EXAMPLES, signal }: ReadExamplesOptions = {},
): Promise<ExampleFile> {
  const file = typeof source === "string" ? new File([requireText(source)], "the text") : source;
  const name = file instanceof File ? file.name : "the file";
  const kind = format ?? (await formatOf(file, name));
  const rows = new Map<string, { answer: string; number: number }>();
  let columns: ExampleFile["columns"] | undefined;
  let number = 0;
  for await (const row of ingest(file, READ, { format: kind, ...(signal && { signal }) })) {
    const where = `${name}, row ${++number}`;
    const values = row as unknown as Readonly<Record<string, string | null>>;
    columns ??= { question: column(values, QUESTIONS, where, kind), answer: column(values, ANSWERS, where, kind) };
    const { question, answer } = checkExample(
      { question: values[columns.question]?.trim(), answer: values[columns.answer]?.trim() },
      where,
      columns,
    );
    const earlier = rows.get(question);
    if (earlier && earlier.answer !== answer) {
      const both = `rows ${earlier.number} and ${number} ask the same, ${found(question)}, and answer differently`;
      throw new OdinError("bad-data", `${name}: ${both}; keep one of them`);
    }
    if (!earlier) rows.set(question, { answer, number });
    if (rows.size > most) {
      throw new OdinError("bad-data", `${name} has more than ${most} examples, which is the most; choose among them`);
    }
  }
  if (!columns) throw new OdinError("bad-data", `${name} has no rows; expected examples of a question and an answer`);
  const examples = Array.from(rows, ([question, { answer }]) => ({ question, answer }));
  return { examples, repeated: number - examples.length, columns };
}

/** Refuses fewer examples than a page takes, or more. @throws OdinError `bad-data` */
export function requireExampleCount(count: number): void {
  if (count >= FEWEST_EXAMPLES && count <= MOST_EXAMPLES) return;
  const advice = count > MOST_EXAMPLES ? "choose among them" : "add more, with other questions";
  const wanted = `${FEWEST_EXAMPLES} to ${MOST_EXAMPLES}`;
  throw new OdinError("bad-data", `expected ${wanted} different examples, found ${count}; ${advice}`);
}

/**
 * The example as it is, without anything else in it.
 *
 * @param where names the row in an error
 * @throws OdinError `bad-data` unless question and answer are text that is not only white space
 */
export function checkExample(
  row: { readonly [Name in keyof Example]?: unknown },
  where: string,
  columns: Readonly<Record<keyof Example, string>> = { question: "question", answer: "answer" },
): Example {
  const value = (name: keyof Example): string => {
    const given = row?.[name];
    if (isText(given) && given.trim()) return given;
    const what = given === "" ? "an empty one" : found(given);
    throw new OdinError("bad-data", `${where}, column '${columns[name]}': expected text, found ${what}`);
  };
  return { question: value("question"), answer: value("answer") };
}

/** Which of the names the first row's column has. */
function column(
  row: Readonly<Record<string, string | null>>,
  names: readonly string[],
  where: string,
  format: DataFormat,
): string {
  const present = names.filter((name) => row[name] !== null);
  const [first] = present;
  if (first !== undefined) {
    if (first === names[0] || present.length === 1) return first;
    const choice = `any of ${present.join(", ")} may be the ${names[0]}`;
    throw new OdinError("bad-data", `${where}: ${choice}; call the right column '${names[0]}'`);
  }
  const line = format === "csv" ? ", named in the first line with commas between the names" : "";
  const others = names.slice(1).join(", ");
  throw new OdinError("bad-data", `${where}: expected a column '${names[0]}' (or ${others})${line}`);
}

function requireText(source: string): string {
  if (isText(source)) return source;
  throw new OdinError("bad-data", "the text has half a surrogate pair, which UTF-8 cannot write; paste it anew");
}

/** By content, because `.json` is a common name of JSON lines, and pasted text has none. */
async function formatOf(file: Blob, name: string): Promise<DataFormat> {
  const start = await file.slice(0, 1024).text();
  if (start.startsWith("PAR1") || /\.parquet$/i.test(name)) return "parquet";
  const first = start.trimStart()[0];
  return first === "{" ? "jsonl" : first === "[" ? "json" : "csv";
}

/**
 * The examples to learn from, and those that show afterwards whether the rule was learned: a fifth, chosen by
 * `splitOf` the question, so that a question is never in both. Neither is empty.
 *
 * @throws OdinError `bad-data` for fewer than two examples, `bad-option` for the seed
 */
export function exampleSplits(
  examples: readonly Example[],
  seed = 0,
): { training: Example[]; heldOut: Example[] } {
  if (examples.length < 2) {
    throw new OdinError("bad-data", `expected at least 2 examples, one to be held out, found ${examples.length}`);
  }
  const parts: Record<keyof typeof SPLITS, Example[]> = { training: [], heldOut: [] };
  for (const example of examples) parts[splitOf(example.question, seed, SPLITS)].push(example);
  const { training, heldOut } = parts;
  if (!training.length) training.push(...heldOut.splice(shuffled(heldOut.length, seed)[0]!, 1));
  if (!heldOut.length) heldOut.push(...training.splice(shuffled(training.length, seed)[0]!, 1));
  return parts;
}
