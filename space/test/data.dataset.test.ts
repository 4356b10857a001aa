import { expect, expectTypeOf, test } from "vitest";

import { Dataset } from "../runtime/data/dataset";
import { OdinError } from "../runtime/errors";
import { shuffled, splitOf } from "../runtime/random";

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Rows 0 to n - 1 with a note of how far they were read and whether they were closed. */
function watched(n: number) {
  const seen = { read: 0, closed: 0 };
  async function* open() {
    try {
      for (const row of numbers(n)) {
        seen.read++;
        yield row;
      }
    } finally {
      seen.closed++;
    }
  }
  return { rows: Dataset.from(open), seen };
}

test("steps keep the order and can be passed over again", async () => {
  const rows = Dataset.from(numbers(10)).map((x) => x * x).filter(async (x) => x % 2 === 0);
  for (let pass = 0; pass < 2; pass++) expect(await rows.toArray()).toEqual([0, 4, 16, 36, 64]);
  expect(await rows.batch(2).toArray()).toEqual([[0, 4], [16, 36], [64]]);
  expect(await rows.batch(2, { dropLast: true }).toArray()).toEqual([[0, 4], [16, 36]]);
  expect(await rows.batch(5, { dropLast: true }).toArray()).toHaveLength(1);
  expect(await Dataset.from([]).batch(2).toArray()).toEqual([]);
  expectTypeOf(rows.batch(2)).toEqualTypeOf<Dataset<number[]>>();
});

test("filter narrows the type of the rows", async () => {
  const rows = Dataset.from<number | null>([1, null, 2]).filter((x) => x !== null);
  expectTypeOf(rows).toEqualTypeOf<Dataset<number>>();
  expect(await rows.toArray()).toEqual([1, 2]);
});

test("nothing is read before it is asked for, and no further", async () => {
  const { rows, seen } = watched(100);
  const taken = rows.map((x) => x).filter(() => true).batch(3).take(2);
  expect(seen.read).toBe(0);
  expect(await taken.toArray()).toEqual([[0, 1, 2], [3, 4, 5]]);
  expect(seen).toEqual({ read: 6, closed: 1 });
  expect(await rows.take(0).toArray()).toEqual([]);
  expect(seen).toEqual({ read: 6, closed: 1 });
});

test("map runs as many calls at once as allowed, never more, and keeps the order", async () => {
  let running = 0;
  let most = 0;
  const finished: number[] = [];
  const rows = Dataset.from(numbers(20)).map(
    async (x) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, (x % 4 === 0 ? 4 : 1) * 3));
      running--;
      finished.push(x);
      return x;
    },
    { concurrency: 4 },
  );
  expect(await rows.toArray()).toEqual(numbers(20));
  expect(most).toBe(4);
  expect(finished).not.toEqual(numbers(20));
});

test("rows before an error come first, whatever the concurrency; the source is closed", async () => {
  for (const concurrency of [1, 8]) {
    const { rows, seen } = watched(10);
    const read: number[] = [];
    const failing = rows.map(
      async (x) => {
        if (x >= 3) throw new RangeError(`no ${x}`);
        return x;
      },
      { concurrency },
    );
    const pass = async () => {
      for await (const row of failing) read.push(row);
    };
    await expect(pass()).rejects.toMatchObject({ name: "OdinError", code: "bad-data", message: "row 4: no 3" });
    expect(read).toEqual([0, 1, 2]);
    expect(seen.closed).toBe(1);
  }
});

test("an error of the source comes after the rows before it", async () => {
  async function* broken() {
    yield* [1, 2, 3];
    throw new OdinError("bad-data", "a.csv, row 4: no");
  }
  const read: number[] = [];
  const pass = async () => {
    for await (const row of Dataset.from(broken).map(async (x) => x, { concurrency: 8 })) read.push(row);
  };
  await expect(pass()).rejects.toThrow(/^a.csv, row 4: no$/);
  expect(read).toEqual([1, 2, 3]);
});

test("errors name the row of the source, after any step, or the batch", async () => {
  const fail = (bad: number) => (x: number) => {
    if (x === bad) throw new OdinError("bad-option", "why");
    return x;
  };
  const late = Dataset.from(numbers(10)).filter((x) => x > 5).shuffle(3).map(fail(8));
  await expect(late.toArray()).rejects.toMatchObject({ code: "bad-option", message: "row 9: why" });
  await expect(Dataset.from(numbers(10)).filter(fail(0) as never).toArray()).rejects.toThrow("row 1: why");
  const batches = Dataset.from(numbers(10)).batch(4).map((batch) => batch.map(fail(9)));
  await expect(batches.toArray()).rejects.toThrow("batch 3: why");
  const stop = new DOMException("stopped", "AbortError");
  await expect(Dataset.from([1]).map(() => Promise.reject(stop)).toArray()).rejects.toBe(stop);
});

test("shuffle and split are those of the seed", async () => {
  const rows = Dataset.from(numbers(50).map(String));
  expect(await rows.shuffle(7).toArray()).toEqual(shuffled(50, 7).map(String));
  const ratios = { train: 6000, test: 4000 };
  const { train, test } = rows.split(7, ratios, (key) => key);
  const expected = (name: string) => numbers(50).map(String).filter((key) => splitOf(key, 7, ratios) === name);
  expect(await train.toArray()).toEqual(expected("train"));
  expect(await test.toArray()).toEqual(expected("test"));
  expect(expected("test").length).toBeGreaterThan(0);
});

test("rows that can be read once say so the second time", async () => {
  const once = Dataset.from(numbers(3)[Symbol.iterator]());
  const { train, test } = once.split(1, { train: 5000, test: 5000 }, String);
  await train.toArray();
  await expect(test.toArray()).rejects.toThrow("give Dataset a function that opens them anew");
});

test("bad options are refused before anything is read", () => {
  const rows = Dataset.from([1]);
  for (const bad of [0, -1, 1.5, NaN]) {
    expect(() => rows.batch(bad)).toThrow("size of a batch must be an integer of at least 1");
    expect(() => rows.map((x) => x, { concurrency: bad })).toThrow("concurrency of map");
    if (bad !== 0) expect(() => rows.take(bad)).toThrow("number of rows to take");
    if (bad !== 0) expect(() => rows.shuffle(bad)).toThrow("seed must be");
  }
  expect(() => rows.split(1, { a: 1 }, String)).toThrow("must add up to 10000");
});
