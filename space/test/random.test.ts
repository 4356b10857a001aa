import { createHash } from "node:crypto";
import { expect, test } from "vitest";

import { canonicalJson, found, sha256Hex } from "../runtime/canonical";
import { OdinError } from "../runtime/errors";
import { requireRatios, shuffled, splitOf, uniform } from "../runtime/random";

const node = (text: string) => createHash("sha256").update(text, "utf8").digest();

test("uniform is the first 53 bits of the hash, in any order of calls", () => {
  for (const [seed, index] of [[0, 0], [42, 7], [2 ** 53 - 1, 2 ** 53 - 1], [3, 1_000_000]] as const) {
    const bits = node(`${seed}|${index}`).readBigUInt64BE() >> 11n;
    expect(uniform(seed, index)).toBe(Number(bits) / 2 ** 53);
  }
});

test("uniform is uniform, and draws of neighbouring seeds and indices are unrelated", () => {
  const n = 20_000;
  const draws = Array.from({ length: n }, (_, i) => uniform(1, i));
  const others = Array.from({ length: n }, (_, i) => uniform(2, i));
  const correlation = (a: number[], b: number[]) =>
    a.reduce((sum, x, i) => sum + (x - 0.5) * (b[i]! - 0.5), 0) / (a.length / 12);
  for (let bin = 0; bin < 10; bin++) {
    // Five standard deviations of a share of one tenth.
    expect(draws.filter((x) => Math.floor(x * 10) === bin).length / n).toBeCloseTo(0.1, 1.97);
  }
  expect(Math.abs(correlation(draws, others))).toBeLessThan(0.035);
  expect(Math.abs(correlation(draws, [...draws.slice(1), 0.5]))).toBeLessThan(0.035);
  expect(new Set(draws).size).toBe(n);
});

test.each([-1, 0.5, 2 ** 53, NaN, Infinity, "1", 1n, undefined])("%s is no seed and no index", (bad) => {
  expect(() => uniform(bad as number, 0)).toThrow(OdinError);
  expect(() => uniform(0, bad as number)).toThrow(OdinError);
  expect(() => shuffled(2, bad as number)).toThrow(OdinError);
  expect(() => shuffled(bad as number, 2)).toThrow(OdinError);
  expect(() => splitOf("a", bad as number, { a: 10_000 })).toThrow("seed must be an integer");
});

test("shuffled sorts the indices by their hashes", () => {
  const n = 500;
  const expected = Array.from({ length: n }, (_, i) => i).sort((a, b) => node(`9|${a}`).compare(node(`9|${b}`)));
  expect(shuffled(n, 9)).toEqual(expected);
  expect(shuffled(0, 9)).toEqual([]);
});

test("golden values, the same as those of tests/data_chef/test_descriptor.py", () => {
  const ratios = { validation: 1500, train: 7000, test: 1500 };
  expect(shuffled(12, 42)).toEqual([2, 8, 4, 3, 0, 1, 7, 11, 9, 5, 6, 10]);
  const letters = Array.from({ length: 40 }, (_, i) => splitOf(`row ${i} é`, 42, ratios)[1]).join("");
  expect(letters).toBe("rraerarrrerrarrrerrrrrrarrarrerrerarrrrr");
});

test("what cannot be split says why", () => {
  expect(() => splitOf("\ud800", 1, { a: 10_000 })).toThrow("a string that UTF-8 can hold");
  expect(() => splitOf("a", 1, { a: 1 })).toThrow("must add up to 10000, not 1");
  for (const bad of [null, [], "a", {}, { a: 10_000.5, b: -0.5 }, { "a b": 10_000 }]) {
    expect(() => requireRatios(bad)).toThrow(OdinError);
  }
});

test("canonical JSON sorts keys as text, also those that look like numbers", () => {
  const value = JSON.parse('{"b":1,"10":2,"9":{"__proto__":[null,true,-0]},"a":"é\\u2028\\u0001"}');
  expect(canonicalJson(value)).toBe('{"10":2,"9":{"__proto__":[null,true,0]},"a":"é\u2028\\u0001","b":1}');
});

test.each([
  [0.5], [2 ** 53], [NaN], ["\udc00"], [{ é: 1 }], [undefined], [[undefined]], [{ a: undefined }], [1n],
  [new Date(0)], [new Map()], [() => 1], [new Uint8Array(1)], [Array(1)],
])("canonical JSON has no %s", (bad) => {
  expect(() => canonicalJson(bad)).toThrow("canonical JSON has");
});

test("sha256Hex takes bytes and text", () => {
  expect(sha256Hex("é")).toBe(node("é").toString("hex"));
  expect(sha256Hex(new TextEncoder().encode("é"))).toBe(sha256Hex("é"));
  expect(() => sha256Hex("\ud800")).toThrow("cannot be written as UTF-8");
});

test("values in messages are named and short", () => {
  const words = [null, undefined, true, 1, 1.5, 2n, "a", [1n], { a: 1 }, new Uint8Array(3), "x".repeat(99)].map(found);
  expect(words).toEqual([
    "null", "nothing", "bool true", "integer 1", "number 1.5", "integer 2", 'string "a"', 'list ["1"]',
    'object {"a":1}', "3 bytes", `string "${"x".repeat(56)}...`,
  ]);
});
