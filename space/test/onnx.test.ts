/** An ONNX file in pieces, its weights outside of the graph: nothing lost, each byte freed, the same numbers. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { ExternalData, readAhead } from "../runtime/onnx/external";
import { externalize } from "../runtime/onnx/externalize";
import { readGraph } from "../runtime/onnx/graph";
import { Pieces } from "../runtime/onnx/pieces";
import { fields, LENGTH_DELIMITED, VARINT, Writer } from "../runtime/onnx/protobuf";
import { references } from "../runtime/onnx/references";
import { readHeader } from "../runtime/training/safetensors";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../public/models/odin-nano/onnx");
// The graphs of training have their weights outside from the start.
const files = existsSync(folder) ? readdirSync(folder).filter((name) => /^model.*\.onnx$/.test(name)) : [];

/** Bytes that differ from their neighbours. */
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 131 + (i >> 8) * 17) & 255);

function cutUp(bytes: Uint8Array, ...sizes: number[]): Uint8Array<ArrayBuffer>[] {
  const pieces = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    pieces.push(bytes.slice(at, at + size) as Uint8Array<ArrayBuffer>);
    at += size;
  }
  return pieces;
}

describe("Pieces", () => {
  const whole = pattern(1000);

  test.each([[[1000]], [[1]], [[7, 300, 1, 64]]])("of %j bytes read as the whole does", (sizes) => {
    const pieces = new Pieces(cutUp(whole, ...sizes));
    expect(pieces.byteLength).toBe(1000);
    for (let begin = 0; begin < 1000; begin += 37) {
      for (const length of [0, 1, 6, 64, 299, 1000 - begin]) {
        const end = Math.min(1000, begin + length);
        expect([...pieces.read({ begin, end })]).toEqual([...whole.subarray(begin, end)]);
      }
    }
  });

  test("cut gives ranges buffers of their own and frees the pieces", () => {
    const pieces = cutUp(whole, 64);
    const cut = new Pieces(pieces).cut([
      { begin: 3, end: 70 },
      { begin: 128, end: 192 },
      { begin: 640, end: 999 },
    ]);
    expect(cut.map((part) => [...part])).toEqual([
      [...whole.subarray(3, 70)],
      [...whole.subarray(128, 192)],
      [...whole.subarray(640, 999)],
    ]);
    expect(cut.every((part) => part.buffer.byteLength === part.length)).toBe(true);
    expect(pieces.filter((piece) => piece.length > 0)).toEqual([]);
  });

  test("what has been cut up cannot be read", () => {
    const pieces = new Pieces(cutUp(whole, 64));
    pieces.cut([]);
    expect(() => pieces.read({ begin: 0, end: 1 })).toThrow(/freed/);
  });
});

describe("ExternalData", () => {
  const tensors = [
    { name: "a", begin: 10, end: 40 },
    { name: "b", begin: 40, end: 90 },
  ];
  const data = (keep?: Set<string>) => new ExternalData(new Pieces(cutUp(pattern(100), 16)), tensors, keep);

  test("is taken for an array by what onnxruntime-web asks", () => {
    const file = data(new Set());
    expect(file).toBeInstanceOf(Uint8Array);
    expect(file.byteLength).toBe(100);
  });

  test("hands each tensor out once, good until the next", () => {
    const file = data(new Set());
    const b = file.subarray(40, 90);
    expect([...b]).toEqual([...pattern(100).subarray(40, 90)]);
    const a = file.subarray(10, 40);
    expect(b.length).toBe(0);
    expect([...a]).toEqual([...pattern(100).subarray(10, 40)]);
    expect(() => file.subarray(40, 90)).toThrow(/twice/);
    expect(() => file.subarray(10, 39)).toThrow(/no tensor/);
  });

  test("keeps what is read ahead, and everything where nothing is to be freed", () => {
    for (const file of [data(new Set(["b"])), data()]) {
      for (let i = 0; i < 3; i++) expect([...file.subarray(40, 90)]).toEqual([...pattern(100).subarray(40, 90)]);
    }
  });
});

test("read ahead are constants that only constants are computed with", () => {
  const blank = { name: "", opType: "", domain: "", integers: {} };
  const node = (inputs: string[], outputs: string[]) => ({ ...blank, inputs, outputs });
  const initializers = ["w", "v", "scale"].map((name) => ({ name, elementType: 1, dims: [] }));
  const ahead = [node(["w"], ["wt"]), node(["wt", "", "scale"], ["s"])];
  const nodes = [...ahead, node(["x", "s"], ["y"]), node(["y", "v"], ["z"])];
  expect(readAhead({ nodes, initializers, inputs: [], outputs: [] })).toEqual(new Set(["w", "wt", "scale"]));
});

describe("protobuf", () => {
  test("what is written is read", () => {
    const bytes = new Writer().varint(1, 300).text(2, "Tür").bytes(16, pattern(200)).varint(3, 2 ** 40 + 1).finish();
    const found = [...fields((at) => bytes[at]!, 0, bytes.length)];
    expect(found.map(({ number, wire }) => [number, wire])).toEqual([
      [1, VARINT],
      [2, LENGTH_DELIMITED],
      [16, LENGTH_DELIMITED],
      [3, VARINT],
    ]);
    expect([found[0]!.value, found[3]!.value]).toEqual([300, 2 ** 40 + 1]);
    expect(bytes.subarray(found[2]!.begin, found[2]!.end)).toEqual(pattern(200));
  });

  test.each([
    ["ends in a number", [0x08, 0x80]],
    ["ends in a field", [0x12, 0x05, 1]],
    ["has a wire type of 7", [0x0f, 0]],
    ["has a field 0", [0x00, 0]],
    ["has an endless number", Array<number>(20).fill(0xff)],
  ])("a message that %s is refused", (_, bytes) => {
    expect(() => [...fields((at) => bytes[at]!, 0, bytes.length)]).toThrow(RangeError);
  });
});

test.each([
  ["a web page", new TextEncoder().encode("<!doctype html><p>Sign in")],
  ["nothing of a graph", new Uint8Array([0x08, 0x0a])],
  ["half a file", files.length ? readFileSync(join(folder, files[0]!)).subarray(0, 5000) : pattern(50)],
])("%s is no ONNX file", (_, bytes) => {
  expect(() => externalize(new Pieces(cutUp(Uint8Array.from(bytes), 16)), "weights")).toThrow(/not an ONNX file/);
});

describe.skipIf(files.length === 0)("every file of an export", () => {
  test.each(files)("%s computes the same with its weights outside", { timeout: 60_000 }, async (name) => {
    const whole = new Uint8Array(readFileSync(join(folder, name)));
    const pieces = new Pieces(cutUp(whole, 65_537));
    const { graph, tensors } = externalize(pieces, "weights");
    expect(tensors.length).toBeGreaterThan(0);
    const outsideBytes = tensors.reduce((sum, { begin, end }) => sum + end - begin, 0);
    expect(graph.length + outsideBytes).toBeLessThan(whole.length + 1e4);
    const data = new ExternalData(pieces, tensors, readAhead(readGraph(graph)));
    const outside = await ort.InferenceSession.create(graph, { externalData: [{ path: "weights", data }] });
    const inside = await ort.InferenceSession.create(whole);
    const [one, other] = [await run(outside), await run(inside)];
    expect(one.length).toBeGreaterThan(1000);
    expect(one).toEqual(other);
  });
});

/** The logits of three tokens. */
async function run(session: ort.InferenceSession): Promise<Float32Array> {
  const feeds: Record<string, ort.Tensor> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) continue;
    const dims = input.shape.map((dim) => (typeof dim === "number" ? dim : 1));
    feeds[input.name] = new ort.Tensor("float32", new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
  }
  feeds["input_ids"] = new ort.Tensor("int64", [5n, 60n, 7n], [1, 3]);
  feeds["attention_mask"] = new ort.Tensor("int64", [1n, 1n, 1n], [1, 3]);
  feeds["num_logits_to_keep"] = new ort.Tensor("int64", [1n], []);
  const { logits } = await session.run(feeds);
  await session.release();
  return logits!.data as Float32Array;
}

const training = join(folder, "train.safetensors");

test.skipIf(!existsSync(training))("a graph says which tensors of another file it reads", () => {
  const graph = new Uint8Array(readFileSync(join(folder, "adapted.onnx")));
  const parameters = new Uint8Array(readFileSync(training));
  const places = readHeader(parameters).entries.map(({ name, begin, end }) => ({ name, begin, end }));
  expect(references(graph, "train.safetensors")).toEqual(places);
  expect(references(graph, "model_quantized.onnx")).toEqual([]);
});
