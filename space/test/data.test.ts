import { expect, expectTypeOf, test, vi } from "vitest";

import { defineDataset, descriptorId, parseDescriptor, type RowOf } from "../runtime/data/descriptor";
import { ingest, type IngestOptions, type Source } from "../runtime/data/ingest";

const sums = defineDataset({
  name: "sums",
  version: "1",
  modality: "tabular",
  fields: [
    { name: "text", type: "string", required: true, description: "" },
    { name: "large", type: "int64", required: false, description: "" },
    { name: "tags", type: "list<string>", required: false, description: "" },
  ],
  splits: { train: 10_000 },
  seed: 1,
  license: "Apache-2.0",
  content_sha256: "0".repeat(64),
});

const encode = (text: string) => new TextEncoder().encode(text);

async function rows(source: Source | string, options: IngestOptions = { format: "jsonl" }) {
  const result = [];
  const content = typeof source === "string" ? encode(source) : source;
  for await (const row of ingest(content, sums, options)) result.push(row);
  return result;
}

/** A stream of pieces that counts what was asked of it; `pull` says the next piece, null the end. */
function counted(pull: (index: number) => Uint8Array | null) {
  const seen = { pulls: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pull(seen.pulls++);
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

test("rows are typed by the descriptor", () => {
  type Row = RowOf<typeof sums>;
  expectTypeOf<Row>().toEqualTypeOf<{ text: string; large: number | bigint | null; tags: string[] | null }>();
  // @ts-expect-error a type that does not exist
  expect(() => defineDataset({ ...sums, fields: [{ ...sums.fields[0], type: "int" }] })).toThrow("did you mean");
});

test("a descriptor's id does not depend on the order of its keys, and a changed copy has another", () => {
  const reversed = Object.fromEntries(Object.entries(sums).reverse());
  expect(descriptorId(parseDescriptor(JSON.stringify(reversed)))).toBe(descriptorId(sums));
  expect(descriptorId({ ...sums, seed: 2 })).not.toBe(descriptorId(sums));
  expect(() => descriptorId({ ...sums, seed: 0.5 })).toThrow("seed must be an integer");
});

test("a bigint stands only where a number would not be exact", async () => {
  const line = (digits: string) => `{"text":"","large":"${digits}"}\n`;
  const read = await rows(["9007199254740991", "9007199254740992", "-0"].map(line).join(""));
  expect(read.map((row) => row.large)).toEqual([9007199254740991, 9007199254740992n, 0]);
});

test("every kind of source gives the same rows", async () => {
  const content = '{"text":"é😀","tags":["a"]}\n';
  const expected = [{ text: "é😀", large: null, tags: ["a"] }];
  expect(await rows(encode(content))).toEqual(expected);
  expect(await rows(new Blob([content]))).toEqual(expected);
  expect(await rows(new File([content], "A.JSONL"), {})).toEqual(expected);
  expect(await rows(new Response(content))).toEqual(expected);
  expect(await rows(new Response(content).body!)).toEqual(expected);
  expect(await rows(new Response(null))).toEqual([]);
});

test("a source without a telling name needs a format", async () => {
  const file = new File([""], "rows.jsonlines");
  await expect(rows(file, {})).rejects.toThrow("did you mean '.jsonl'? or give the format");
  await expect(rows("", {})).rejects.toMatchObject({ code: "bad-option" });
  await expect(rows("", { format: "cvs" as "csv" })).rejects.toThrow("unknown format 'cvs'; did you mean 'csv'?");
});

test("one row is read after the other, and leaving the loop closes the source", async () => {
  const { stream, seen } = counted((index) => encode(`{"text":"${index}"}\n`));
  const read: string[] = [];
  for await (const row of ingest(stream, sums, { format: "jsonl" })) {
    read.push(row.text);
    expect(seen.pulls).toBe(read.length);
    if (read.length === 5) break;
  }
  expect(read).toEqual(["0", "1", "2", "3", "4"]);
  expect(seen).toEqual({ pulls: 5, cancelled: true });
});

test.each(["json", "csv", "jsonl"] as const)("a bad row of %s closes the source at once", async (format) => {
  const bad = { json: "[1,\n", csv: 'text\n"a"b\n', jsonl: "{\n" }[format];
  const { stream, seen } = counted(() => encode(bad));
  await expect(rows(stream, { format })).rejects.toThrow("the stream, row 1");
  expect(seen).toEqual({ pulls: 1, cancelled: true });
});

test("a signal ends the reading, also of a stream that says nothing", async () => {
  const abort = new AbortController();
  let cancelled: unknown;
  const silent = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encode('{"text":"a"}\n')),
    cancel: (reason) => void (cancelled = reason),
  });
  const reading = ingest(silent, sums, { format: "jsonl", signal: abort.signal });
  expect((await reading.next()).value).toMatchObject({ text: "a" });
  const next = reading.next();
  abort.abort(new Error("enough"));
  await expect(next).rejects.toMatchObject({ code: "aborted" });
  expect(cancelled).toEqual(new Error("enough"));
  await expect(rows("", { format: "csv", signal: abort.signal })).rejects.toMatchObject({ code: "aborted" });
});

test("a stream that breaks off is no short file", async () => {
  const { stream } = counted((index) => {
    if (index) throw new TypeError("terminated");
    return encode('{"text":"a"}\n');
  });
  const message: unknown = expect.stringContaining("terminated");
  await expect(rows(stream)).rejects.toMatchObject({ code: "network", message });
});

test("a response is read once, and only when it is good", async () => {
  const response = new Response("");
  await rows(response);
  await expect(rows(new Response("", { status: 500 }))).rejects.toMatchObject({ code: "not-found" });
  const locked = new Response("a").body!;
  locked.getReader();
  await expect(rows(locked)).rejects.toMatchObject({ code: "bad-option" });
});

test("a URL of text is fetched whole, with the signal", async () => {
  const signal = new AbortController().signal;
  const fetched = vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response("text\na\n"));
  expect(await rows(new URL("https://example.org/a.CSV?x=.json#.json"), { signal })).toMatchObject([{ text: "a" }]);
  expect(fetched).toHaveBeenCalledWith("https://example.org/a.CSV?x=.json#.json", { signal });
  fetched.mockRestore();
});

test("a row of JSON or a cell of CSV that never ends is refused before memory does", async () => {
  const piece = encode("x".repeat(1 << 22));
  const start = { json: '[{"text":"', csv: 'text\n"' };
  const pulls = { json: 17, csv: 18 }; // of 16 pieces that are just the limit, and what comes before
  for (const format of ["json", "csv"] as const) {
    const { stream, seen } = counted((index) => (index ? piece : encode(start[format])));
    await expect(rows(stream, { format })).rejects.toThrow("is longer than 67108864 characters");
    expect(seen.pulls).toBe(pulls[format]);
  }
});

test("what is not Parquet is refused, with the file's name", async () => {
  for (const content of ["", "PAR1", "PAR1PAR1PAR1PAR1", "x".repeat(100)]) {
    const file = new File([content], "a.parquet");
    await expect(rows(file, {})).rejects.toThrow("a.parquet, row 1: broken Parquet");
    await expect(rows(new Response(content), { format: "parquet" })).rejects.toMatchObject({ code: "bad-data" });
  }
});
