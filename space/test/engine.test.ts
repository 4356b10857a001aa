/** Conversations with the released model, in Node: what a caller may do, and what is refused. */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OdinLLM, recordId, type Message, type Prompt, type Stats } from "../runtime/node";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../public/models/odin-nano");
const QUESTION = "What is 12 + 30?";

describe.skipIf(!existsSync(join(folder, "manifest.json")))("odin-nano", { timeout: 60_000 }, () => {
  let llm: OdinLLM;
  beforeAll(async () => void (llm = await OdinLLM.load(folder, { dtype: "fp32" })), 60_000);
  afterAll(() => llm.dispose());

  async function answer(prompt: Prompt, maxTokens = 64): Promise<{ text: string; stats: Stats }> {
    const stream = llm.generate(prompt, { maxTokens });
    for (let text = ""; ; ) {
      const { done, value } = await stream.next();
      if (done) return { text, stats: value };
      text += value.text;
    }
  }

  test("a conversation that its caller goes on to write is read from where it was", async () => {
    const messages: Message[] = [{ role: "user", content: QUESTION }];
    const first = await answer(messages);
    const id = recordId(first.stats.record);
    messages.push({ role: "assistant", content: first.text }, { role: "user", content: "And 5 more?" });
    const second = await answer(messages);
    expect(first.stats.finish).toBe("eos");
    expect(second.stats.readTokens).toBeLessThan(20);
    expect(second.stats.readTokens).toBeLessThan(second.stats.promptTokens.length);
    expect(recordId(first.stats.record)).toBe(id);
    const afresh = await answer({ tokens: second.stats.promptTokens });
    expect(afresh.stats.readTokens).toBe(second.stats.promptTokens.length);
    expect(afresh.stats.tokens).toEqual(second.stats.tokens);
  });

  test.each([
    ["an empty turn", "empty-prompt", (said: Message[]) => [...said, { role: "user", content: " " } as Message]],
    ["a question that is too long", "prompt-too-long", (said: Message[]) => [...said, user("7".repeat(600_000))]],
    ["nothing", "empty-prompt", () => ({}) as { tokens: number[] }],
    ["a token that there is not", "bad-option", () => ({ tokens: [5, 999_999] })],
    ["half a token", "bad-option", () => ({ tokens: [5, 1.5] })],
  ])("%s is refused after an answer as before one", async (_, code, following) => {
    const { text } = await answer(QUESTION);
    const said: Message[] = [user(QUESTION), { role: "assistant", content: text }];
    await expect(answer(following(said))).rejects.toMatchObject({ code });
    expect((await answer(QUESTION)).text).toBe(text);
  });

  test("a complete answer cannot be gone on with, whatever the prompt was", async () => {
    const { stats } = await answer(QUESTION);
    const again = await answer({ tokens: stats.promptTokens });
    expect(again.stats.finish).toBe("eos");
    await expect(llm.continue().next()).rejects.toMatchObject({ code: "bad-option" });
  });

  test("it may be unloaded twice", async () => {
    const other = await OdinLLM.load(folder, { dtype: "q8" });
    other.dispose();
    other.dispose();
    await expect(other.generate(QUESTION).next()).rejects.toThrow(/unloaded/);
  });
});

function user(content: string): Message {
  return { role: "user", content };
}
