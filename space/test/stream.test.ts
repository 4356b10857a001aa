import { expect, test } from "vitest";
import { TokenStream } from "../runtime/stream";

/** One token a byte: the hardest case of a byte-level tokenizer. */
const decode = (tokens: number[]) => new TextDecoder().decode(Uint8Array.from(tokens));

test.each(["plain", "naïve 💚 数学", "<b>&amp;</b>\n\n"])("the pieces of %j are whole characters and add up", (text) => {
  const stream = new TokenStream(decode);
  const pieces = [...new TextEncoder().encode(text)].map((byte) => stream.push(byte));
  expect(pieces.join("")).not.toContain("\uFFFD");
  expect(pieces.join("") + stream.end()).toBe(text);
});

test("bytes that are no character are shown at last, not held for ever", () => {
  const stream = new TokenStream(decode);
  const shown = [0xff, 0xff, 0xff, 0xff, 0x41].map((byte) => stream.push(byte)).join("") + stream.end();
  expect(shown).toBe("\uFFFD\uFFFD\uFFFD\uFFFDA");
});

test("a character after bytes that are none stays whole, and they are shown in time", () => {
  const stream = new TokenStream(decode);
  // A stray byte, the beginning of a character that does not go on, and one of four bytes.
  const bytes = [0x9a, 0xe2, 0x82, 0xf0, 0x9f, 0x92, 0x9a, 0x80];
  const pieces = bytes.map((byte) => stream.push(byte));
  expect(pieces).toEqual(["", "\uFFFD", "", "\uFFFD", "", "", "💚", ""]);
  expect(stream.unfinished).toBe(true);
  expect(stream.end()).toBe("\uFFFD");
  expect(stream.unfinished).toBe(false);
});
