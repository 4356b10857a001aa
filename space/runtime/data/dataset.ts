/** Rows on their way: lazy, in order, one pass at a time. */
import { OdinError } from "../errors";
import { shuffled, splitOf } from "../random";

/** Rows, or a function that opens them anew for every pass. */
export type RowSource<T> = Iterable<T> | AsyncIterable<T> | (() => Iterable<T> | AsyncIterable<T>);

export interface MapOptions {
  /** How many calls of the function may run at once, reading that many rows ahead; 1 by default. */
  concurrency?: number;
}

/** A value and the number of the row (or batch) that it came from, counted from 1 in the source. */
interface Numbered<T> {
  value: T;
  number: number;
}

type Pass<T> = () => AsyncGenerator<Numbered<T>, void, void>;

/**
 * Rows with the usual steps between a file and a training loop. Nothing is read before a `for await` or `toArray`
 * asks; `map`, `filter`, `batch` and `take` keep the order and hold no more rows than they need.
 *
 * ```ts
 * const rows = Dataset.from(() => ingest("train.parquet", descriptor));
 * for await (const batch of rows.filter((row) => row.level < 5).batch(32)) ...
 * ```
 *
 * An error of a function that was passed in names the row it had: its number in the source, also after `filter` and
 * `shuffle`; after `batch`, the batch's number.
 */
export class Dataset<T> implements AsyncIterable<T> {
  private constructor(
    private readonly pass: Pass<T>,
    private readonly unit: "row" | "batch",
  ) {}

  /**
   * @param source an iterable of rows; a generator can be passed over once, so for several passes, as `split` and
   *   epochs need, give a function that opens the rows anew
   */
  static from<T>(source: RowSource<T>): Dataset<T> {
    return new Dataset(numbered(source), "row");
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for await (const { value } of this.pass()) yield value;
  }

  /** All rows, in memory. */
  async toArray(): Promise<T[]> {
    const rows: T[] = [];
    for await (const row of this) rows.push(row);
    return rows;
  }

  /**
   * The function's values, in the order of the rows whatever the order in which they are ready.
   *
   * @throws OdinError `bad-option` when `concurrency` is no integer from 1 on
   */
  map<U>(change: (row: T) => U | Promise<U>, { concurrency = 1 }: MapOptions = {}): Dataset<U> {
    requireInteger(concurrency, "concurrency of map", 1);
    const { pass, unit } = this;
    return new Dataset(async function* () {
      const rows = pass();
      const step = async (): Promise<Numbered<U> | undefined> => {
        const next = await rows.next();
        return next.done ? undefined : { value: await call(change, next.value, unit), number: next.value.number };
      };
      const pending: Promise<Numbered<U> | undefined>[] = [];
      try {
        for (;;) {
          while (pending.length < concurrency) {
            const result = step();
            result.catch(() => {}); // seen in its turn, or not at all after an earlier error
            pending.push(result);
          }
          const result = await pending.shift()!;
          if (!result) return;
          yield result;
        }
      } finally {
        await rows.return();
      }
    }, unit);
  }

  /** The rows for which the function is true. */
  filter<U extends T>(keep: (row: T) => row is U): Dataset<U>;
  filter(keep: (row: T) => boolean | Promise<boolean>): Dataset<T>;
  filter(keep: (row: T) => boolean | Promise<boolean>): Dataset<T> {
    const { pass, unit } = this;
    return new Dataset(async function* () {
      for await (const row of pass()) if (await call(keep, row, unit)) yield row;
    }, unit);
  }

  /**
   * Arrays of `size` rows; the last may be shorter.
   *
   * @param options.dropLast whether a last array that is shorter is left out
   * @throws OdinError `bad-option` when `size` is no integer from 1 on
   */
  batch(size: number, { dropLast = false }: { dropLast?: boolean } = {}): Dataset<T[]> {
    requireInteger(size, "size of a batch", 1);
    const { pass } = this;
    return new Dataset(async function* () {
      let number = 1;
      let rows: T[] = [];
      for await (const { value } of pass()) {
        rows.push(value);
        if (rows.length < size) continue;
        yield { value: rows, number: number++ };
        rows = [];
      }
      if (rows.length && !dropLast) yield { value: rows, number };
    }, "batch");
  }

  /**
   * The first `count` rows; no further one is read.
   *
   * @throws OdinError `bad-option` when `count` is no integer from 0 on
   */
  take(count: number): Dataset<T> {
    requireInteger(count, "number of rows to take", 0);
    const { pass, unit } = this;
    return new Dataset(async function* () {
      if (count === 0) return;
      let left = count;
      for await (const row of pass()) {
        yield row;
        if (--left === 0) return;
      }
    }, unit);
  }

  /**
   * All rows in the order of `shuffled(n, seed)`, the same as in Python; they are held in memory.
   *
   * @throws OdinError `bad-option` when the seed is no integer from 0 to 2^53 - 1
   */
  shuffle(seed: number): Dataset<T> {
    shuffled(0, seed);
    const { pass, unit } = this;
    return new Dataset(async function* () {
      const rows: Numbered<T>[] = [];
      for await (const row of pass()) rows.push(row);
      for (const index of shuffled(rows.length, seed)) yield rows[index]!;
    }, unit);
  }

  /**
   * A dataset for each split, by the key of each row alone: the same as Python's `split_of`. Each is a pass of its own
   * over the rows.
   *
   * @param ratios the share of each split, in parts of 10,000
   * @throws OdinError `bad-data` for the ratios, `bad-option` for the seed
   */
  split<Name extends string>(
    seed: number,
    ratios: Readonly<Record<Name, number>>,
    key: (row: T) => string,
  ): Record<Name, Dataset<T>> {
    splitOf("", seed, ratios);
    const names = Object.keys(ratios) as Name[];
    const parts = names.map((name) => [name, this.filter((row) => splitOf(key(row), seed, ratios) === name)] as const);
    return Object.fromEntries(parts) as Record<Name, Dataset<T>>;
  }
}

function numbered<T>(source: RowSource<T>): Pass<T> {
  let spent = false;
  return async function* () {
    const rows = typeof source === "function" ? source() : source;
    // Iterators are their own iterable: a second pass would find them empty and say nothing.
    const once = typeof source !== "function" && "next" in rows;
    if (once && spent) {
      const advice = "give Dataset a function that opens them anew, or an array";
      throw new OdinError("bad-option", `these rows can be passed over once, and were; ${advice}`);
    }
    spent = true;
    let number = 1;
    for await (const value of rows) yield { value, number: number++ };
  };
}

/** The function's value for a row; its error names the row. */
async function call<T, U>(fn: (row: T) => U | Promise<U>, row: Numbered<T>, unit: string): Promise<U> {
  try {
    return await fn(row.value);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    const code = error instanceof OdinError ? error.code : "bad-data";
    const words = error instanceof Error ? error.message : String(error);
    throw Object.assign(new OdinError(code, `${unit} ${row.number}: ${words}`), { cause: error });
  }
}

function requireInteger(value: number, what: string, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new OdinError("bad-option", `${what} must be an integer of at least ${least}, not ${value}`);
}
