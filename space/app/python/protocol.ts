/** What the page and the interpreter say to each other. */

/** Sent once, over the port on which all else follows. */
export interface Boot {
  wasm: ArrayBuffer;
  stdlib: ArrayBuffer;
  /** Python's memory as another worker had it after its start: takes most of the work away. */
  snapshot?: ArrayBuffer;
}

export interface Job {
  program: string;
  tests: string[];
}

/** Why a program ended before its end. `line` counts from 1. */
export interface ProgramError {
  type: string;
  message: string;
  line?: number;
  traceback: string;
}

/** `actual` is what the left side of a failed assertion was. */
export interface TestResult {
  test: string;
  outcome: "passed" | "failed" | "error" | "not-run";
  message?: string;
  actual?: string;
}

export type FromInterpreter =
  | { kind: "ready"; snapshot?: ArrayBuffer }
  | { kind: "broken"; message: string }
  | { kind: "output"; text: string }
  | { kind: "program"; error: ProgramError | null }
  | { kind: "test"; result: TestResult }
  | { kind: "done"; ms: number };

/** Bytes of output of a program that are kept. */
export const OUTPUT_LIMIT = 64 * 1024;
