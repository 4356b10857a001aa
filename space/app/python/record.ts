/** Writes down what an interpreter reports. A program may reach what reports, so nothing of it is believed unseen. */

import { OUTPUT_LIMIT, type ProgramError, type TestResult } from "./protocol";

/** What a run came to. Of a run that was ended by force it holds what was known by then. */
export interface RunResult {
  /** Output and error output as they came; at most 64 kB, and a note where it was cut. */
  stdout: string;
  /** How the program itself failed; the tests were then not run. */
  error?: ProgramError;
  /** One for each test, in their order. */
  tests: TestResult[];
  /** Milliseconds that the program and its tests took. */
  ms: number;
  timedOut: boolean;
  /** Whether the caller's signal ended the run. */
  stopped: boolean;
}

const LONGEST = 10_000; // characters of any text
const ROOM_FOR_NOTE = 100;

export class RunRecord {
  #stdout = "";
  #error: ProgramError | undefined;
  #programEnded = false;
  readonly #results: TestResult[] = [];

  constructor(readonly tests: readonly string[]) {}

  /** Takes a message of the interpreter. True when it says that the run is over; `ms` is not taken from it. */
  take(message: unknown): boolean {
    if (typeof message !== "object" || message === null) return false;
    const { kind, text: output, error, result } = message as Record<string, unknown>;
    if (kind === "output") this.#stdout = (this.#stdout + text(output)).slice(0, OUTPUT_LIMIT + ROOM_FOR_NOTE);
    if (kind === "program") {
      this.#programEnded = true;
      this.#error = programError(error);
    }
    if (kind === "test" && this.#results.length < this.tests.length) {
      this.#results.push(testResult(this.tests[this.#results.length]!, result));
    }
    if (kind === "broken") {
      const words = `The interpreter broke down: ${text((message as { message?: unknown }).message)}`;
      if (this.#programEnded) this.#interrupted("error", words);
      else this.#error = { type: "Breakdown", message: words, traceback: "" };
    }
    return kind === "done" || kind === "broken";
  }

  /** The test that was under way ends so; it is none where the program itself was. */
  #interrupted(outcome: TestResult["outcome"], message: string): void {
    const test = this.tests[this.#results.length];
    if (this.#programEnded && !this.#error && test !== undefined) this.#results.push({ test, outcome, message });
  }

  /** The result, after `ms` milliseconds. `end` says who ended the run. */
  result(ms: number, end: "itself" | "timeout" | "stop"): RunResult {
    if (end === "timeout") this.#interrupted("error", "it took too long");
    const rest = this.tests.slice(this.#results.length).map((test): TestResult => ({ test, outcome: "not-run" }));
    return {
      stdout: this.#stdout,
      ...(this.#error ? { error: this.#error } : {}),
      tests: [...this.#results, ...rest],
      ms,
      timedOut: end === "timeout",
      stopped: end === "stop",
    };
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, LONGEST) : "";
}

function programError(value: unknown): ProgramError | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { type, message, line, traceback } = value as Record<string, unknown>;
  return {
    type: text(type) || "Error",
    message: text(message),
    ...(Number.isSafeInteger(line) ? { line: line as number } : {}),
    traceback: text(traceback),
  };
}

function testResult(test: string, value: unknown): TestResult {
  const { outcome, message, actual } = (value ?? {}) as Record<string, unknown>;
  return {
    test,
    outcome: outcome === "passed" || outcome === "failed" ? outcome : "error",
    ...(message === undefined ? {} : { message: text(message) }),
    ...(actual === undefined ? {} : { actual: text(actual) }),
  };
}
