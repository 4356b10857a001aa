import { describe, expect, test } from "vitest";

import { floats, readHeader, readSafetensors, writeSafetensors } from "../runtime/training/safetensors";

// Python's own library reads and writes the same files in tests/space/test_training_files.py.
const matrix = { shape: [2, 3], data: Float32Array.of(0, -0, 1.5, Infinity, 1e-45, -3) };
const bias = { shape: [], data: Float32Array.of(7) };
const none = { shape: [0, 4], data: new Float32Array() };
const written = () => writeSafetensors([["b", matrix], ["a", bias], ["none", none]]);

/** A file with this header and so many bytes of data. */
function file(header: unknown, bytes = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const whole = new Uint8Array(8 + text.length + bytes);
  new DataView(whole.buffer).setBigUint64(0, BigInt(text.length), true);
  whole.set(text, 8);
  return whole;
}

const entry = (begin: number, end: number, shape = [(end - begin) / 4], dtype = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

test("tensors come back in order, bit for bit, with the metadata", () => {
  const bytes = writeSafetensors([["b", matrix], ["__proto__", bias]], { format: "pt", "": "é" });
  const { tensors, metadata } = readSafetensors(bytes);
  expect([...tensors.keys()]).toEqual(["b", "__proto__"]);
  expect(metadata).toEqual({ format: "pt", "": "é" });
  expect(tensors.get("b")!.shape).toEqual([2, 3]);
  expect(new Uint8Array(floats(tensors.get("b")!).buffer)).toEqual(new Uint8Array(matrix.data.buffer));
  expect(floats(tensors.get("__proto__")!)).toEqual(bias.data);
});

test("the header says where in the file each tensor is, and data begin at a multiple of 64 bytes", () => {
  const bytes = written();
  const { entries, dataStart } = readHeader(bytes);
  expect(dataStart % 64).toBe(0);
  expect(entries.map(({ name, begin, end }) => [name, begin - dataStart, end - dataStart])).toEqual([
    ["b", 0, 24],
    ["a", 24, 28],
    ["none", 28, 28],
  ]);
  const { begin, end } = entries[0]!;
  expect(new Float32Array(bytes.slice(begin, end).buffer)).toEqual(matrix.data);
});

test("a view at an odd place of a larger buffer is read as well, and never written to", () => {
  const bytes = written();
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  for (const view of [larger.subarray(3), Buffer.from(larger.buffer, 3)]) {
    expect(floats(readSafetensors(view).tensors.get("b")!)).toEqual(matrix.data);
    floats(readSafetensors(view).tensors.get("b")!).fill(9);
  }
});

test("every float16 is the number that DataView's integers spell out", () => {
  const bytes = new Uint8Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer);
  const values = floats({ dtype: "F16", shape: [65536], bytes });
  expect(values[0x3c00]).toBe(1);
  expect(values[0xc000]).toBe(-2);
  expect(values[0x7bff]).toBe(65504);
  expect(values[1]).toBe(2 ** -24);
  expect(values[0x03ff]).toBe(1023 * 2 ** -24);
  expect(values[0x0400]).toBe(2 ** -14);
  expect(values[0xfc00]).toBe(-Infinity);
  expect(values[0x7c01]).toBeNaN();
  expect(Object.is(values[0x8000], -0)).toBe(true);
  // Finite ones grow with their bits.
  for (let bits = 1; bits < 0x7c00; bits++) expect(values[bits]! > values[bits - 1]!).toBe(true);
});

test("bfloat16 is the upper half of a float32", () => {
  const numbers = Float32Array.of(1, -2.5, 3e38, 0);
  const halves = Uint16Array.from(new Uint32Array(numbers.buffer), (bits) => bits >>> 16);
  const values = floats({ dtype: "BF16", shape: [4], bytes: new Uint8Array(halves.buffer) });
  numbers.forEach((number, i) => expect(Math.abs(values[i]! - number)).toBeLessThanOrEqual(Math.abs(number) / 128));
  expect([...values.subarray(0, 2)]).toEqual([1, -2.5]);
});

describe("what is refused", () => {
  test.each([
    ["no bytes", new Uint8Array(3), "this has 3"],
    ["a length beyond the file", Uint8Array.of(99, 0, 0, 0, 0, 0, 0, 0, 123, 125), "99 bytes, in a file of 10"],
    ["a length beyond any number", new Uint8Array(16).fill(255), "in a file of 16"],
    ["no JSON", file("{oops"), "not JSON"],
    ["no UTF-8", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 255), "not JSON in UTF-8"],
    ["a list", file("[]"), "the header must be an object"],
    ["another type", file({ a: entry(0, 8, [1], "I64") }, 8), "dtype of tensor 'a' 'I64'"],
    ["an unknown key", file({ a: { ...entry(0, 4), more: 1 } }, 4), "unknown key of tensor 'a' 'more'"],
    ["a negative size", file({ a: entry(0, 4, [-1]) }, 4), "a size of tensor 'a' must be an integer from 0"],
    ["a negative offset", file({ a: entry(-4, 0, [1]) }), "an offset of tensor 'a' must be an integer from 0"],
    ["one offset", file({ a: { ...entry(0, 4), data_offsets: [0] } }, 4), "must be a begin and an end"],
    ["a shape that needs more", file({ a: entry(0, 4, [2]) }, 4), "'a', F32 [2], takes 8 bytes, not 4"],
    ["a shape beyond any number", file({ a: entry(0, 4, [2 ** 40, 2 ** 40]) }, 4), "bytes, not 4"],
    ["offsets the wrong way round", file({ a: entry(4, 0, [1]) }, 4), "takes 4 bytes, not -4"],
    ["overlap", file({ a: entry(0, 8), b: entry(4, 12) }, 12), "tensor 'b' overlaps"],
    ["a hole", file({ a: entry(0, 4), b: entry(8, 12) }, 12), "tensor 'b' leaves 4 bytes before it"],
    ["bytes that are missing", file({ a: entry(0, 8) }, 7), "end at byte"],
    ["bytes too many", file({ a: entry(0, 8) }, 9), "end at byte"],
    ["numbers in the metadata", file({ __metadata__: { step: 1 } }), "__metadata__.step must be a string"],
    ["a name twice", file(`{"a":{},"a" :${JSON.stringify(entry(0, 4))}}`, 4), "tensor 'a' comes twice"],
    ["a name twice, once escaped", file(`{"\\u0061":{},"a":${JSON.stringify(entry(0, 4))}}`, 4), "'a' comes twice"],
  ])("%s", (_, bytes, words) => {
    expect(() => readHeader(bytes)).toThrow(expect.objectContaining({ code: "corrupt" }));
    expect(() => readHeader(bytes)).toThrow(words);
  });

  test("keys inside a tensor's description may be those of another tensor", () => {
    expect(readHeader(file({ dtype: entry(0, 4), shape: entry(4, 8) }, 8)).entries).toHaveLength(2);
  });

  test("no single damaged byte of the header is read as something else than an error or a well-formed file", () => {
    const bytes = written();
    const { dataStart } = readHeader(bytes);
    for (let place = 0; place < dataStart; place++) {
      for (const flip of [1, 0x80]) {
        const damaged = bytes.slice();
        damaged[place]! ^= flip;
        try {
          const { entries } = readHeader(damaged);
          for (const { begin, end } of entries) expect(begin <= end && end <= damaged.length).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ name: "OdinError", code: "corrupt" });
        }
      }
    }
  });

  test("cut at any byte", () => {
    const bytes = written();
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readHeader(bytes.subarray(0, length))).toThrow(expect.objectContaining({ code: "corrupt" }));
    }
  });

  test("writing of what would not be read again", () => {
    expect(() => writeSafetensors([["a", bias], ["a", bias]])).toThrow("tensor 'a' comes twice");
    expect(() => writeSafetensors([["__metadata__", bias]])).toThrow("comes twice");
    expect(() => writeSafetensors([["a", { shape: [2], data: bias.data }]])).toThrow("has 1 values, not 2");
  });
});
