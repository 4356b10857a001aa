import { expect, test } from "vitest";

import { unknown } from "../runtime/data/unknown";

const PARAMETERS = ["temperature", "topK", "topP", "minP", "repetitionPenalty", "maxTokens"];

test.each([
  ["top_p", "topP"],
  ["TOP_P", "topP"],
  ["top_k", "topK"],
  ["topp", "topP"],
  ["min_p", "minP"],
  ["max_tokens", "maxTokens"],
  ["max_new_tokens", "maxTokens"],
  ["repetition_penalty", "repetitionPenalty"],
  ["temprature", "temperature"],
])("%s is taken for %s", (name, nearest) => {
  expect(unknown("key", name, PARAMETERS)).toBe(`unknown key '${name}'; did you mean '${nearest}'?`);
});

test("the name that was meant may have underscores as well", () => {
  expect(unknown("key", "headDim", ["hidden_size", "head_dim"])).toContain("did you mean 'head_dim'?");
});

test.each(["", "_", "stop", "😀"])("%j is like none, so all are named", (name) => {
  expect(unknown("key", name, ["temperature", "minP"])).toBe(`unknown key '${name}'; known: temperature, minP`);
});
