/** Runs Python that nobody has read: without network, storage or page, and not for longer than its time. */

import files from "virtual:pyodide";
import { download, type DownloadProgress, type PythonFiles } from "./download";
import { Interpreter, type RunOptions, type StartFiles } from "./interpreter";
import { RunRecord, type RunResult } from "./record";

export { PythonError } from "./errors";
export type { DownloadProgress } from "./download";
export type { RunOptions } from "./interpreter";
export type { ProgramError, TestResult } from "./protocol";
export type { RunResult } from "./record";

export interface LoadOptions {
  /** Called while the files of Python come, 12 MB of them. */
  onProgress?: (progress: DownloadProgress) => void;
  signal?: AbortSignal;
}

/**
 * Python in the page. Each run gets an interpreter that has run nothing before, and which is thrown away afterwards;
 * the next one is started ahead, while the visitor reads.
 *
 * A result is what the program's own interpreter reported: a program that sets out to forge the outcome of its tests
 * can do so.
 */
export class PythonSandbox {
  readonly #files: StartFiles;
  readonly #disposal = new AbortController();
  #spare: Promise<Interpreter> | undefined;

  private constructor(files: PythonFiles, first: Interpreter) {
    this.#files = first.snapshot ? { ...files, snapshot: first.snapshot } : files;
    this.#spare = Promise.resolve(first);
  }

  /** Downloads and starts Python. Throws a PythonError, or the signal's reason; it may be called again. */
  static async load({ onProgress, signal }: LoadOptions = {}): Promise<PythonSandbox> {
    const found = await download(files, { ...(onProgress ? { onProgress } : {}), ...(signal ? { signal } : {}) });
    return new PythonSandbox(found, await Interpreter.start(found, signal));
  }

  /**
   * Runs `program` and then `tests`, lines such as `assert f(2) == 4`, in one fresh namespace.
   *
   * The 5 seconds (`timeoutMs`) are for the program with its tests, without the start of Python. Throws a PythonError
   * where no interpreter could be started; all that a program can do is in the result.
   */
  async run(program: string, tests: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
    const { signal: disposed } = this.#disposal;
    if (disposed.aborted) throw new Error("this sandbox was disposed of");
    const signal = options.signal ? AbortSignal.any([options.signal, disposed]) : disposed;
    const interpreter = await this.#take(signal);
    if (!interpreter) return new RunRecord(tests).result(0, "stop");
    const result = await interpreter.execute(program, tests, { ...options, signal });
    if (!disposed.aborted) this.#spare ??= this.#start();
    return result;
  }

  /** Stops what runs, and frees the memory of what was started ahead. */
  dispose(): void {
    this.#disposal.abort();
    this.#spare?.then(
      (interpreter) => interpreter.kill(),
      () => {},
    );
    this.#spare = undefined;
  }

  /** The interpreter started ahead, or a new one; nothing when `signal` came first. */
  async #take(signal: AbortSignal): Promise<Interpreter | void> {
    const spare = (this.#spare ??= this.#start());
    const stopped = new Promise<undefined>((resolve) => {
      if (signal.aborted) resolve(undefined);
      else signal.addEventListener("abort", () => resolve(undefined), { once: true });
    });
    const started = spare.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    const interpreter = await Promise.race([stopped, started]);
    // Another run may have taken it while this one waited.
    if (interpreter && this.#spare !== spare) return this.#take(signal);
    if (interpreter) this.#spare = undefined;
    return interpreter;
  }

  #start(): Promise<Interpreter> {
    const start = Interpreter.start(this.#files, this.#disposal.signal);
    start.catch(() => {
      if (this.#spare === start) this.#spare = undefined; // the next run tries again, and reports it
    });
    return start;
  }
}
