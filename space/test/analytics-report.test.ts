/** Whatever an error says, what is told of it holds nothing of the visitor's or the model's words. */

import { describe, expect, test } from "vitest";
import { reportOf } from "../app/analytics/report";
import { PythonError } from "../app/python/errors";
import { OdinError, type OdinErrorCode } from "../runtime/index";

const SITE = "https://odin.example/";
const SCRIPTS = new Map(["assets/index-AbCd1234.js", "assets/Code-AbCd1234.js"].map((name) => [SITE + name, name]));
const CODES = [
  ...["no-webassembly", "not-found", "network", "truncated", "corrupt", "foreign-model", "incompatible"],
  ...["bad-option", "bad-data", "aborted", "bad-record", "device-lost", "precision", "empty-prompt"],
  ...["prompt-too-long", "engine"],
] as OdinErrorCode[];

const PROMPT = "My name is Annabelle Quartermain, my PIN is 7391; who is my doctor?";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const hex = (text: string) => Buffer.from(text).toString("hex");
const wide = (char: string) => (char > " " ? String.fromCodePoint(char.codePointAt(0)! + 0xfee0) : char);
/** The prompt as an error could hold it. */
const DISGUISES: Record<string, string> = {
  whole: PROMPT,
  "inside a sentence": `The tokenizer failed on "${PROMPT}" at token 3.`,
  "a part": "cannot read Annabelle Quarterm",
  "a word": "Annabelle",
  "a number": "7391",
  "upper case": PROMPT.toUpperCase(),
  "other spaces": PROMPT.replaceAll(" ", "\u00a0\t"),
  "full width": Array.from(PROMPT, wide).join(""),
  percent: encodeURIComponent(PROMPT),
  json: JSON.stringify({ prompt: PROMPT }),
  "html entities": Array.from(PROMPT, (c) => `&#${c.codePointAt(0)};`).join(""),
  base64: base64(PROMPT),
  "base64 twice": base64(base64(PROMPT)),
  hex: hex(PROMPT),
  escapes: Array.from(PROMPT, (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, "0")}`).join(""),
  "character codes": Array.from(PROMPT, (c) => c.codePointAt(0)).join(","),
  backwards: [...PROMPT].reverse().join(""),
  "zero-width characters": [...PROMPT].join("\u200b"),
  "many lines": PROMPT.replaceAll(" ", "\n"),
  "very long": PROMPT.repeat(20_000),
  "an address": `https://models.example/${encodeURIComponent(PROMPT)}/`,
  "a stack": `x\n    at Annabelle (${SITE}assets/Quartermain.js:7391:1)\n    at https://pin.example/7391.js:1:1`,
  markup: `<img src=x onerror="${PROMPT}">`,
};
/** What is left of the prompt in any disguise: longer words, its number, and runs of each disguise. */
const TRACES = [
  ...["annabelle", "quartermain", "7391", "doctor", "pin is", "name is", "ellebanna"],
  ...[base64(PROMPT), base64(base64(PROMPT)), hex(PROMPT)].map((text) => text.slice(0, 12).toLowerCase()),
];

function traces(told: object): string[] {
  const text = JSON.stringify(told).normalize("NFKC").replaceAll("\u200b", "").toLowerCase();
  return TRACES.filter((trace) => text.includes(trace));
}

test("traces are found where they are", () => {
  for (const kind of ["whole", "a part", "upper case", "full width", "base64", "hex", "backwards", "a stack"]) {
    expect(traces([DISGUISES[kind]]), kind).not.toEqual([]);
  }
});

describe.each(Object.entries(DISGUISES))("with the prompt in it, %s,", (_, words) => {
  test.each(CODES)("an error '%s' says the same as without words", (code) => {
    const { code: told, message, place } = reportOf(new OdinError(code, words), SCRIPTS);
    expect({ told, message }).toEqual({ told: code, message: reportOf(new OdinError(code, ""), SCRIPTS).message });
    expect(place).toBe("not in a script of this page");
  });

  test("an unknown error tells its kind only", () => {
    const error = new TypeError(words);
    expect(reportOf(error, SCRIPTS)).toEqual({
      code: "unknown",
      place: "not in a script of this page",
      message: "TypeError: [redacted]",
    });
  });

  test("an error that has it in every property tells nothing of it", () => {
    const halves = { head: words.slice(0, words.length / 2), tail: words.slice(words.length / 2) };
    const error = Object.assign(new Error(halves.head, { cause: halves.tail }), halves, { name: words, code: words });
    const frames = [`    at ${words} (${SITE}assets/${words}.js:1:1)`, `${words}@${[...SCRIPTS.keys()][0]}:3:14`];
    error.stack = [words, ...frames].join("\n");
    const told = reportOf(error, SCRIPTS);
    expect(told).toMatchObject({ code: "unknown", message: "Error: [redacted]" });
    expect(["not in a script of this page", "assets/index-AbCd1234.js:3:14"]).toContain(told.place);
  });

  test("an error with a code of its own invention is unknown", () => {
    const told = reportOf(new OdinError(words as OdinErrorCode, words), SCRIPTS);
    expect(told).toMatchObject({ code: "unknown", message: "Error: [redacted]" });
  });

  test.each(["download", "start"] as const)("Python's error '%s' tells its kind only", (stage) => {
    expect(traces(reportOf(new PythonError(stage, words), SCRIPTS))).toEqual([]);
  });

  test("what is no error tells nothing", () => {
    for (const thrown of [words, { message: words }, [words], null, 7391]) {
      expect(reportOf(thrown, SCRIPTS).message).toBe("no error object: [redacted]");
    }
  });
});

describe("of a download", () => {
  test.each([
    [
      new OdinError("not-found", "https://a.example/secret/onnx/model_q4.onnx is not there (404). Check the address."),
      "A file of the model is not there: onnx/model_q4.onnx, status 404. [redacted]",
    ],
    [
      new OdinError("network", "https://a.example/tokenizer_config.json was not delivered (status 503). Try again."),
      "A file of the model could not be fetched: tokenizer_config.json, status 503. [redacted]",
    ],
    [new OdinError("corrupt", "secret.json is damaged"), "A file of the model is not what it should be. [redacted]"],
  ])("the file and the status are told where they are a model's and a status", (error, message) => {
    expect(reportOf(error, SCRIPTS).message).toBe(message);
  });
});

describe("the place", () => {
  const index = `${SITE}assets/index-AbCd1234.js`;

  test.each([
    ["Chromium", `Error: words\n    at secret (${index}:2:11)\n    at async ${SITE}assets/Code-AbCd1234.js:1:7`],
    ["Firefox and Safari", `secret@${index}:2:11\nasync*@${SITE}assets/Code-AbCd1234.js?secret:1:7\n@${SITE}x.js:1:1`],
  ])("of %s is the page's own scripts, without names", (_, stack) => {
    const error = Object.assign(new Error("words"), { stack });
    expect(reportOf(error, SCRIPTS).place).toBe("assets/index-AbCd1234.js:2:11 < assets/Code-AbCd1234.js:1:7");
  });

  test("is not taken from a message that looks like one", () => {
    const message = `x\n    at f (${index}:7391:1)`;
    const error = Object.assign(new Error(message), { stack: `Error: ${message}\n    at f (${index}:2:11)` });
    expect(reportOf(error, SCRIPTS).place).toBe("assets/index-AbCd1234.js:2:11");
  });

  test("of an error that was wrapped on its way is its own", () => {
    const cause = Object.assign(new RangeError(PROMPT), { stack: `f@${index}:2:11` });
    const wrapped = Object.assign(new OdinError("engine", PROMPT), { cause });
    expect(reportOf(wrapped, SCRIPTS)).toEqual({
      code: "unknown",
      place: "assets/index-AbCd1234.js:2:11",
      message: "RangeError: [redacted]",
    });
  });
});
