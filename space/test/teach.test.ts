import { describe, expect, it } from "vitest";
import { exampleSplits } from "../runtime/index";
import { bytesOf, teachable } from "../app/teach/download";
import { adapterFrom } from "../app/teach/files";
import { lessonExamples, LESSONS } from "../app/teach/lessons";
import { DEFAULT_RATE, epochsFor, learningRate } from "../app/teach/schedule";
import { accuracy, isRight, mark, resultOf } from "../app/teach/score";

describe("lessons", () => {
  it.each(LESSONS)("$name has a hundred examples and other questions to ask, always the same", (lesson) => {
    const examples = lessonExamples(lesson);
    const { training, heldOut } = exampleSplits(examples);
    expect(training).toHaveLength(100);
    expect(heldOut).toHaveLength(40);
    expect(new Set(examples.map(({ question }) => question)).size).toBe(examples.length);
    expect(lessonExamples(lesson)).toEqual(examples);
  });

  it("say what their rule says", () => {
    const [operator, units] = LESSONS.map(lessonExamples);
    for (const { question, answer } of operator!) {
      const [a, b] = question.match(/\d+/g)!.map(Number) as [number, number];
      expect(resultOf(answer)).toBe(String(2 * a + b));
    }
    for (const { question, answer } of units!) {
      const [fleems, zorps] = question.match(/\d+/g)!.map(Number) as [number, number];
      expect(resultOf(answer)).toBe(String(5 * fleems + zorps));
    }
  });

  it("show steps that are true", () => {
    for (const { answer } of LESSONS.flatMap(lessonExamples)) {
      const [product, sum, result] = answer.split("\n").map((line) => line.match(/\d+/g)!.map(Number));
      expect(product![0]! * product![1]!).toBe(product![2]);
      expect(sum![0]! + sum![1]!).toBe(sum![2]);
      expect([sum![0], result![0]]).toEqual([product![2], sum![2]]);
    }
  });

  it("do not ask in the order of their numbers", () => {
    const asked = lessonExamples(LESSONS[1]!).map(({ question }) => Number(/\d+/.exec(question)![0]));
    expect(asked).not.toEqual([...asked].sort((a, b) => a - b));
  });
});

describe("the learning rate", () => {
  const rates = Array.from({ length: 50 }, (_, step) => learningRate(step, 50, DEFAULT_RATE));

  it("rises in five steps and falls to the end, never to nothing", () => {
    expect(rates[0]).toBeCloseTo(DEFAULT_RATE / 5, 12);
    expect(rates[4]).toBeCloseTo(DEFAULT_RATE * (1 - 4 / 50), 12);
    expect(rates.slice(4)).toEqual(rates.slice(4).toSorted((a, b) => b - a));
    expect(rates.at(-1)).toBeCloseTo(DEFAULT_RATE * 0.05, 12);
  });

  it("is above nothing in a lesson of one step", () => {
    expect(learningRate(0, 1, 1)).toBeCloseTo(0.2);
  });
});

describe("epochsFor", () => {
  it("shows a hundred examples five times, fewer more often, and none for ever", () => {
    expect([100, 50, 16, 400, 0].map(epochsFor)).toEqual([5, 10, 20, 3, 20]);
  });
});

describe("isRight", () => {
  it("compares what follows the last mark, where one is expected", () => {
    expect(isRight("2*6=12\n#### 32", "nonsense\n#### 1\n####  32 \n")).toBe(true);
    expect(isRight("#### 32", "#### 33")).toBe(false);
    expect(isRight("#### 32", "#### 32 apples")).toBe(false);
    expect(isRight("#### 32", "32")).toBe(false);
    expect(isRight("####", "####")).toBe(true);
  });

  it("compares whole texts else", () => {
    expect(isRight("Paris", " Paris\n")).toBe(true);
    expect(isRight("Paris", "paris")).toBe(false);
    expect(isRight("Paris", "Rome #### Paris")).toBe(false);
  });
});

it("accuracy is the share of right answers", () => {
  const example = { question: "?", answer: "#### 4" };
  const asked = ["#### 4", "#### 5", "", "so\n#### 4"].map((given) => mark(example, given));
  expect(accuracy(asked)).toBe(0.5);
  expect(asked[1]).toEqual({ question: "?", expected: "#### 4", given: "#### 5", right: false });
  expect(accuracy([])).toBeNaN();
});

describe("what teaching downloads", () => {
  const files = (...names: string[]) => {
    return { files: Object.fromEntries(names.map((name, i) => [name, { bytes: 10 ** i }])) };
  };
  const manifest = files("onnx/model.onnx", "onnx/train.json", "step.onnx", "onnx/first", "answers.onnx", "int8.onnx");
  const description = { graph: "step.onnx", parameters: "onnx/first", adapted: "answers.onnx", frozen: null };

  it("is what the description names, and itself", () => {
    expect(bytesOf(manifest, description)).toBe(11110);
    expect(bytesOf(manifest, { ...description, frozen: "int8.onnx" })).toBe(111110);
  });

  it.each([[undefined], [{}], [{ ...description, graph: "elsewhere.onnx" }]])("is not known of %j", (other) => {
    expect(bytesOf(manifest, other)).toBeUndefined();
  });

  it("is there, not there, or unknown of other manifests", () => {
    expect([manifest, files("onnx/model.onnx")].map(teachable)).toEqual([true, false]);
    const others = [undefined, null, {}, { variants: [] }, "", { files: 3 }];
    expect(others.map(teachable)).toEqual(others.map(() => undefined));
  });
});

describe("adapterFrom", () => {
  const tensors = new File([new Uint8Array([1, 2])], "mine (1).safetensors");
  const config = new File(["{}"], "mine (1).json");

  it("takes the two files in any order, whatever they are called", async () => {
    const found = await adapterFrom([config, tensors]);
    expect(found).toEqual({ "adapter_model.safetensors": new Uint8Array([1, 2]), "adapter_config.json": "{}" });
  });

  it.each([[[tensors]], [[config]], [[config, config, tensors]], [[tensors, tensors, config]], [[]]])(
    "refuses others",
    async (files) => {
      await expect(adapterFrom(files)).rejects.toMatchObject({ code: "bad-data" });
    },
  );

  it("does not read a configuration that is none", async () => {
    const large = new File([new Uint8Array(2 << 20)], "a.json");
    await expect(adapterFrom([large, tensors])).rejects.toMatchObject({ code: "bad-data" });
  });
});
