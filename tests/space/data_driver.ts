// Answers one JSON line for each JSON line: the dataset functions of the browser runtime, for data_runtime.py.
import { openAsBlob } from "node:fs";
import { createInterface } from "node:readline";

import { canonicalJson, sha256Hex } from "../../space/runtime/canonical";
import { Dataset } from "../../space/runtime/data/dataset";
import { descriptorId, parseDescriptor } from "../../space/runtime/data/descriptor";
import { ingest } from "../../space/runtime/data/ingest";
import { shuffled, splitOf, uniform } from "../../space/runtime/random";

/** A value with its type: whole numbers by digits, others by their bits. */
function tagged(value: unknown, type: string): unknown {
  if (value === null || !/^(int|float)/.test(type)) return value;
  if (type !== "float64") {
    const safe = Number.isSafeInteger(Number(value)) && !Object.is(value, -0);
    if (typeof value !== (safe ? "number" : "bigint")) throw new Error(`${typeof value} ${value}`);
    return `i${value}`;
  }
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value as number);
  return `f${view.getBigUint64(0).toString(16)}`;
}

async function* cut(blob: Blob, size: number) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  for (let start = 0; start < bytes.length; start += size) yield bytes.slice(start, start + size);
}

type Job = Record<string, any>;
const jobs: Record<string, (job: Job) => unknown> = {
  async ingest({ source, descriptor, format, refuseExtra, chunk }: Job) {
    const blob = source.includes("://") ? source : await openAsBlob(source);
    const stream = chunk ? ReadableStream.from(cut(blob, chunk)) : blob;
    const dataset = parseDescriptor(descriptor);
    const rows: unknown[] = [];
    try {
      for await (const row of ingest(stream, dataset, { ...(format && { format }), refuseExtra })) {
        rows.push(dataset.fields.map(({ name, type }) => tagged((row as any)[name], type)));
      }
      return { rows };
    } catch (error: any) {
      if (error.name !== "OdinError") throw error;
      return { rows, error: error.message, code: error.code };
    }
  },
  id: ({ text }) => descriptorId(parseDescriptor(text)),
  canonical: ({ value }) => [canonicalJson(value), sha256Hex(canonicalJson(value))],
  shuffled: ({ n, seed }) => shuffled(n, seed),
  splits: ({ keys, seed, ratios }) => keys.map((key: string) => splitOf(key, seed, ratios)),
  uniform: ({ seed, n }) => Array.from({ length: n }, (_, index) => uniform(seed, index)),
  async pipeline({ keys, seed, ratios }: Job) {
    const rows = Dataset.from<string>(keys).map(async (key) => key, { concurrency: 3 });
    const split: Record<string, Dataset<string>> = rows.split(seed, ratios, (key) => key);
    const parts = await Promise.all(Object.entries(split).map(async ([name, part]) => [name, await part.toArray()]));
    return { order: await rows.shuffle(seed).toArray(), parts: Object.fromEntries(parts) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  let answer: unknown;
  try {
    const job = JSON.parse(line);
    answer = { value: await jobs[job.op]!(job) };
  } catch (error: any) {
    answer = { error: error.message ?? String(error), kind: error.name, code: error.code };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
