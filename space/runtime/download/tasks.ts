/** Concurrency of a download: a bounded number of tasks, stopped together. */

/** Lets at most `count` tasks run at a time, in the order in which they came. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

/** Tasks that end together: the first that fails stops the others, and none is left running. */
export class Team {
  readonly #tasks: Promise<void>[] = [];
  readonly #controller: AbortController;
  #failure: { error: unknown } | undefined;

  constructor(controller: AbortController) {
    this.#controller = controller;
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** The promise resolves when the task has ended, well or not. */
  start(task: Promise<void>): Promise<void> {
    const ended = task.catch((error: unknown) => {
      this.#failure ??= { error };
      this.#controller.abort();
    });
    this.#tasks.push(ended);
    return ended;
  }

  /** Waits for all tasks; throws the first error. */
  async end(): Promise<void> {
    await Promise.all(this.#tasks);
    if (this.#failure) throw this.#failure.error;
  }
}

/** A controller that `signal` aborts too; `release` it when done, since the signal may live longer. */
export function linkedController(signal: AbortSignal): { controller: AbortController; release: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return { controller, release: () => signal.removeEventListener("abort", abort) };
}

/** Resolves after `milliseconds`; rejects with the signal's reason when that comes first. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return unlessAborted(new Promise((resolve) => setTimeout(resolve, milliseconds)), signal);
}

/** `promise`, or the signal's reason when that comes first. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
