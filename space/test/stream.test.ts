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
