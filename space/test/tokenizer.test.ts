import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadTokenizer } from "../runtime/tokenizer";
import { round } from "../runtime/tokenizer/metrics";

// The ids and texts themselves are compared with Python's in tests/space/test_tokenizer.py.
const TEMPLATE = "{% for m in messages %}<s>{{ m['content'] }}{% endfor %}{% if add_generation_prompt %}ab{% endif %}";
const tiny = {
  version: "1.0",
  added_tokens: [{ id: 5, content: "<s>", special: true, normalized: false }],
  normalizer: { type: "NFC" },
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: "BPE",
    vocab: { a: 0, b: 1, ab: 2, Ġ: 3, Ġab: 4, "<s>": 5, ï: 6, "¿": 7, "½": 8 },
    merges: [
      ["a", "b"],
      ["Ġ", "ab"],
    ],
  },
};

describe("from a server", () => {
  let files: Record<string, string>;
  let server: Server;
  let base: string;
  // A server of a single-page app has a page for every address.
  let page: boolean;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const name = request.url!.slice("/model/".length);
      if (name in files) return response.end(files[name]);
      response.writeHead(page ? 200 : 404, { "content-type": "text/html" }).end("<!doctype html>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`;
  });

  beforeEach(() => {
    page = false;
    files = {
      "tokenizer.json": JSON.stringify(tiny, null, 2),
      "tokenizer_config.json": JSON.stringify({ chat_template: "of the config" }),
      "chat_template.jinja": TEMPLATE,
    };
  });

  afterAll(() => server.close());

  test.each(["", "/", "/tokenizer.json"])("the address of the model with '%s' after it", async (end) => {
    const hash = createHash("sha256").update(files["tokenizer.json"]!).digest("hex");
    for (const source of [base + end, new URL(base + end)]) {
      const tokenizer = await loadTokenizer(source);
      expect(tokenizer.hash).toBe(hash);
      expect(tokenizer.applyChatTemplate([{ role: "user", content: "b" }])).toEqual([5, 1]);
    }
  });

  test("the configuration and the template need not be there", async () => {
    files = { "tokenizer.json": files["tokenizer.json"]! };
    for (page of [false, true]) {
      const tokenizer = await loadTokenizer(base);
      expect(tokenizer.encode("ab")).toEqual([2]);
      expect(() => tokenizer.applyChatTemplate([])).toThrow(expect.objectContaining({ code: "bad-option" }));
    }
  });

  test("another fetch is asked for all three files", async () => {
    const asked: string[] = [];
    await loadTokenizer(base, { fetch: (url) => (asked.push(url), fetch(url)) });
    expect(asked).toEqual(Object.keys(files).map((name) => `${base}/${name}`));
  });

  test("every failure has its words", async () => {
    const failure = (code: string, words: RegExp) => ({ code, message: expect.stringMatching(words) });
    files["tokenizer_config.json"] = "{";
    await expect(loadTokenizer(base)).rejects.toMatchObject(failure("corrupt", /tokenizer_config\.json .* not JSON/));
    files = { "tokenizer.json": "{}" };
    await expect(loadTokenizer(base)).rejects.toMatchObject(failure("corrupt", /not a tokenizer/));
    files = { "tokenizer.json": files["tokenizer.json"]! + "," };
    await expect(loadTokenizer(base)).rejects.toMatchObject(failure("corrupt", /not JSON/));
    files = {};
    await expect(loadTokenizer(base)).rejects.toMatchObject(failure("not-found", /json is not there \(404\)/));
    page = true;
    await expect(loadTokenizer(base)).rejects.toMatchObject(failure("corrupt", /web page/));
    await expect(loadTokenizer("models/toy/")).rejects.toMatchObject(failure("bad-option", /'models\/toy\/'/));
    await expect(loadTokenizer("http://127.0.0.1:1/")).rejects.toMatchObject(failure("network", /127\.0\.0\.1:1/));
  });
});

const load = (tokenizer: object = tiny) => loadTokenizer({ tokenizer, chatTemplate: TEMPLATE });

test("a blob and bytes are the file itself", async () => {
  const bytes = readFileSync(new URL("../../odin-nano/tokenizer.json", import.meta.url));
  const described = readFileSync(new URL("../../odin-nano/odin.json", import.meta.url), "utf8");
  for (const source of [new Blob([bytes]), { tokenizer: bytes }, { tokenizer: new Blob([bytes]) }]) {
    const tokenizer = await loadTokenizer(source);
    expect(described).toContain(`"tokenizer_sha256": "${tokenizer.hash}"`);
    expect(tokenizer.specialTokens).toEqual({ "<|endoftext|>": 0, "<|im_start|>": 1, "<|im_end|>": 2 });
  }
});

test.each([
  ["model of the type Unigram", { model: { ...tiny.model, type: "Unigram" } }],
  ["byte_fallback", { model: { ...tiny.model, byte_fallback: true } }],
  ["normalizer NFKC", { normalizer: { type: "NFKC" } }],
  ["pre-tokenizer Metaspace", { pre_tokenizer: { type: "Metaspace" } }],
  ["no bytes", { pre_tokenizer: null }],
  ["a space put", { pre_tokenizer: { ...tiny.pre_tokenizer, add_prefix_space: true } }],
  ["<s> with the option lstrip", { added_tokens: [{ ...tiny.added_tokens[0], lstrip: true }] }],
])("a tokenizer with another kind of parts is refused: %s", async (words, parts) => {
  const failure = { code: "foreign-model", message: expect.stringContaining(words) };
  await expect(load({ ...tiny, ...parts })).rejects.toMatchObject(failure);
});

test("half a surrogate pair counts as U+FFFD", async () => {
  const tokenizer = await load();
  expect(tokenizer.encode("a\ud83d")).toEqual([0, 6, 7, 8]);
  expect(tokenizer.encode("\udc4dab")).toEqual(tokenizer.encode("\ufffdab"));
  expect(tokenizer.decode([0, 6, 7, 8])).toBe("a\ufffd");
});

test("text that spells a special token is that token, unless split", async () => {
  const tokenizer = await load();
  expect(tokenizer.encode("a<s>b")).toEqual([0, 5, 1]);
  expect(tokenizer.encode("a<s>b", { splitSpecialTokens: true })).toEqual([0, 1]); // this one has no <, s or >
  expect(tokenizer.decode([0, 5, 1])).toBe("a<s>b");
  expect(tokenizer.decode([0, 5, 1], { skipSpecialTokens: true })).toBe("ab");
});

test("nothing, other kinds of numbers and numbers that are no token are decoded too", async () => {
  const tokenizer = await load();
  expect(tokenizer.decode([])).toBe("");
  expect(tokenizer.decode([99, -1])).toBe("");
  expect(tokenizer.decode([0, 99, 1])).toBe("ab");
  expect(tokenizer.decode(BigInt64Array.of(4n, 1n))).toBe(" abb");
  expect(tokenizer.decodeBatch([[2], []])).toEqual(["ab", ""]);
});

test("what is no text, and messages that the template refuses, have their words", async () => {
  const tokenizer = await load();
  const failure = expect.objectContaining({ code: "bad-option" });
  expect(() => tokenizer.encode(undefined as unknown as string)).toThrow(failure);
  const messages = [{ role: "user", content: "a" }];
  expect(tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true })).toEqual([5, 0, 2]);
  const chatTemplate = "{{ raise_exception('roles must alternate') }}";
  const refusing = await loadTokenizer({ tokenizer: tiny, chatTemplate });
  expect(() => refusing.applyChatTemplate([])).toThrow(/refuses these messages: roles must alternate/);
});

test("metrics of a text that can be counted by hand", async () => {
  const tokenizer = await load();
  // ab | Ġab | Ġ b a: 8 bytes, 3 words, of which 2 are one token; 5 kinds of tokens of 9, 3 of them single bytes.
  expect(tokenizer.metrics(["ab ab ba"])).toEqual({
    documents: 1,
    "bytes per token": 1.6,
    "tokens per document": 5,
    "tokens per word": 1.667,
    "words in one token %": 66.67,
    "vocabulary used %": 55.56,
    "byte fallback %": 60,
    "bits per token": 2.322,
  });
  expect(() => tokenizer.metrics([""])).toThrow(expect.objectContaining({ code: "bad-option" }));
});

test.each([
  [0.0625, 3, 0.062],
  [0.1875, 3, 0.188],
  [0.125, 2, 0.12],
  [0.375, 2, 0.38],
  [1.005, 2, 1],
  [66.665, 2, 66.67],
  [2.25, 1, 2.2],
  [7, 1, 7],
])("%f is rounded to %i digits as Python does: %f", (x, digits, expected) => {
  expect(round(x, digits)).toBe(expected);
});

test("the time grows with the text, not with its square, however long a word is", { timeout: 60_000 }, async () => {
  const tokenizer = await load();
  const time = (length: number) => {
    const start = performance.now();
    tokenizer.encode("ab".repeat(length / 2));
    return performance.now() - start;
  };
  time(1000);
  expect(time(160_000)).toBeLessThan(30 * time(20_000)); // its square would be 64 times
});
