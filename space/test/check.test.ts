import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { check } from "../app/maths/check";
import { formulas, sides } from "../app/maths/formula";
import { parseAnswer, type Calculation } from "../app/maths/steps";
import { claims, summarise, summaryLine, verdict } from "../app/maths/summary";
import { trialLine, tryAnswer } from "../app/maths/trial";

test.each([
  "48/2=24",
  "7x=61-12=49",
  "x=49/7=7",
  "9+8=17",
  "261+39=261+30+9=291+9=300",
  "7*8=56+5=61",
  "5+6=11+0=11+4=15+8=23+1=24",
  "1118=186*6+2",
  "10%=10/100=5/50=1/10",
  "3z>=-29+8=-21",
  "17/5=3 r 2",
  "17/5=3 remainder 2",
  "3<5",
  "12.5≥12.5",
  "3 × 7 = 21",
  "$5+$3=$8",
  "(x+9)^2-76=x^2+18x+5",
  "n^5*n^3=n^8",
  "-4x-7x=-11x",
])("%s is right", (equation) => {
  expect(check(equation)).toEqual({ verdict: "right", rounded: false });
});

test.each([
  ["7*8=54", { left: "7*8", written: "54", value: "56" }],
  ["7x=61-12=48", { left: "61-12", written: "48", value: "49" }],
  ["7*8=56+5=62", { left: "56+5", written: "62", value: "61" }],
  ["7*8=55+5=60", { left: "7*8", written: "55+5", value: "56" }],
  ["7*8=56+5", { left: "7*8", written: "56+5", value: "56" }],
  ["16/56=8/28=4/14=2/6", { left: "4/14", written: "2/6", value: "2/7" }],
  ["1/3=0.34", { left: "1/3", written: "0.34", value: "0.333…" }],
  ["1000=140*7+6", { left: "140*7+6", written: "1000", value: "986" }],
  ["2/3=2/2", { left: "2/3", written: "2/2", value: "0.666…" }],
  ["7/2=3", { left: "7/2", written: "3", value: "3.5" }],
  ["17/5=3 r 3", { left: "17/5", written: "3 r 3", value: "3 remainder 2" }],
  ["17/5=2 r 7", { left: "17/5", written: "2 r 7", value: "3 remainder 2" }],
  ["5<3", { left: "5", written: "<3" }],
])("%s is wrong", (equation, slip) => {
  expect(check(equation)).toEqual({ verdict: "wrong", slip });
});

test.each(["1/3=0.33", "2/3=0.67", "1/8=0.13", "1/3=33.3%", "22/7=3.14"])("%s is rounded", (equation) => {
  expect(check(equation)).toEqual({ verdict: "right", rounded: true });
});

const UNCHECKED = ["x=7", "7x+12=61", "f(7)=3", "y=7x-28", "2x=x", "3*7", "apples=3", "1/0=5", "9^9^9=1"];
test.each(UNCHECKED)("%s is not checked", (equation) => {
  expect(check(equation)).toEqual({ verdict: "unchecked" });
});

describe("formulas in words", () => {
  const found = (line: string) => formulas(line).map(({ start, end }) => line.slice(start, end));

  test("are found with and without spaces", () => {
    expect(found("So 11 * 4 = 44, and 3-9: 13-9=4.")).toEqual(["11 * 4 = 44", "3-9", "13-9=4"]);
    expect(found("Solve for x: 3(x+1)^2 = |x| - 12")).toEqual(["3(x+1)^2 = |x| - 12"]);
    expect(found("(3*4=12)")).toEqual(["3*4=12"]);
    expect(found("12>4, yes")).toEqual(["12>4"]);
  });

  // Each would otherwise be called wrong.
  test.each([
    "17 mod 5 = 2",
    "the sum of 3 and 4 = 7",
    "sqrt(16) = 4",
    "√16=4",
    "5! = 120",
    "3 apples + 4 = 7",
    "50% of 80 = 40",
    "2 : 3 = 4 : 6",
  ])("%s is not cut short", (line) => {
    for (const formula of found(line)) expect(check(formula).verdict).not.toBe("wrong");
  });

  const NONE = ["12 - apples", "well-known", "1.2.3-4", "12cm+3cm", "a 3-digit number", "src=x onerror=alert(1)"];
  test.each(NONE)("%s has none", (line) => {
    expect(found(line)).toEqual([]);
  });
});

// Every solution of the gallery was verified when it was made.
const GALLERY = readFileSync(new URL("../../data_chef/GALLERY.md", import.meta.url), "utf8");
const ITEMS = [...GALLERY.matchAll(/^(`{3,})text\nQuestion:\n([\s\S]*?)\n\nResponse:\n([\s\S]*?)\n\1$/gm)].map(
  ([, , question, response]) => ({ question: question!, response: response! }),
);
const CALCULATIONS = ITEMS.flatMap(({ response }) => parseAnswer(response))
  .flatMap((block) => (block.kind === "step" ? block.parts : []))
  .filter((part): part is Calculation => "math" in part && claims(part));

describe("the gallery", () => {
  test("has solutions to check", () => {
    expect(ITEMS.length).toBeGreaterThan(500);
    expect(CALCULATIONS.length).toBeGreaterThan(1000);
  });

  test("has no wrong calculation, and nearly all are decided", () => {
    const verdicts = CALCULATIONS.map(verdict);
    expect(verdicts.filter(({ verdict }) => verdict === "wrong")).toEqual([]);
    const decided = verdicts.filter(({ verdict }) => verdict !== "unchecked");
    expect(decided.length / verdicts.length).toBeGreaterThan(0.92); // the others are equations with unknowns
  });

  test("has answers that follow, and that solve the question's equations", () => {
    const summaries = ITEMS.map(({ response }) => summarise(response));
    expect(summaries.filter(({ answerFollows }) => answerFollows === false)).toEqual([]);
    expect(summaries.filter(({ answerFollows }) => answerFollows).length).toBeGreaterThan(200);
    const trials = ITEMS.flatMap(({ question, response }) => tryAnswer(question, response));
    expect(trials.filter(({ holds }) => !holds)).toEqual([]);
    expect(trials.length).toBeGreaterThan(20);
  });

  test("is wrong once a result is changed", () => {
    let changed = 0;
    for (const { source } of CALCULATIONS) {
      const { sides: parts, relations } = sides(source);
      const result = parts.at(-1)!;
      const isResult = relations.at(-1) === "=" && /^-?\d+$/.test(result);
      if (!isResult || check(`${parts.at(-2)}=${result}`).verdict !== "right") continue;
      const before = source.slice(0, source.length - result.length);
      for (const other of [BigInt(result) + 1n, BigInt(result) - 1n, BigInt(result) * 10n + 3n]) {
        expect(check(before + other), before + other).toMatchObject({ verdict: "wrong" });
        changed++;
      }
    }
    expect(changed).toBeGreaterThan(3000);
  });
});

describe("the summary", () => {
  const line = (text: string) => summaryLine(summarise(text));

  test("counts what holds and names what does not", () => {
    expect(line("<<3*7=21>>\n<<12+21=33>>\n#### 33")).toBe("Both calculations check out.");
    expect(line("<<3*7=21>>\n#### 21")).toBe("The calculation checks out.");
    expect(line("3*7=21, 7*8=54\n54-4=50\n#### 50")).toBe("1 of 3 calculations is wrong: 7 × 8 is 56, not 54.");
    expect(line("7*8=54\n7*9=62\n#### 62")).toBe("2 of 2 calculations are wrong: 7 × 8 is 56, not 54.");
    expect(line("1/3=0.33\n#### 0.33")).toBe("The calculation checks out. One result is rounded.");
    expect(line("17/5=3 r 3\n#### 3")).toBe("1 of 1 calculation is wrong: 17 ÷ 5 is 3 remainder 2, not 3 r 3.");
    const doubted = "The calculation checks out. The model itself doubted 1 wrong result.";
    expect(line("4*8=22?\nNot 22.\n4*8=32\n#### 32")).toBe(doubted);
    expect(line("x=7\n#### 7")).toBe("Not checked: 1 formula with unknowns.");
    expect(line("Hello!")).toBe("");
  });

  test("leaves out the line in which an answer was cut", () => {
    const cut = "<<3*7=21>>\n<<21+12=33>>\nSo 21+12=3";
    expect(summarise(cut).wrong.length).toBe(1);
    expect(summarise(cut, true)).toMatchObject({ right: 2, wrong: [] });
    expect(summarise("3*7=22\n", true).wrong.length).toBe(1);
    expect(summarise("<<3*7=21>>\n#### 2", true).answerFollows).toBeUndefined();
    expect(summarise("3*7=2", true)).toMatchObject({ right: 0, wrong: [] });
  });

  test("tells when the answer is not what was worked out", () => {
    expect(summarise("<<3*7=21>>\n#### 21").answerFollows).toBe(true);
    expect(summarise("5-2.4=2.6\n#### $2.60").answerFollows).toBe(true);
    expect(summarise("30/6=5\n#### 5 kg/dm^3").answerFollows).toBe(true);
    expect(summarise("<<10/3=3.333>>\n#### 3.33").answerFollows).toBe(true);
    expect(summarise("<<10/3=3.333>>\n#### 3.34").answerFollows).toBe(false);
    expect(line("<<3*7=21>>\n#### 12")).toMatch(/The answer is not the result of the last calculation\.$/);
    // The last carry of a long addition is not the sum.
    expect(summarise("9+8=17 carry 1 write 7\n1+2=3 write 37\n#### 37").answerFollows).toBeUndefined();
  });
});

describe("an answer tried on its question", () => {
  const tried = (question: string, answer: string) => tryAnswer(question, `#### ${answer}`);
  const lines = (question: string, answer: string) => tried(question, answer).map(trialLine);

  test("is put into the equations", () => {
    const question = "Solve for x: 7x + 12 = 61";
    expect(lines(question, "7")).toEqual(["Put into the question: 7 × 7 + 12 = 61 holds."]);
    expect(lines(question, "8")).toEqual(["Put into the question: 7 × 8 + 12 = 61 does not hold."]);
    expect(tried("Solve |x + 4| = 8.", "-12, 4").map(({ holds }) => holds)).toEqual([true, true]);
    expect(lines("Solve 2x + y = 7 and x - y = -1.", "x=2, y=3")).toEqual([
      "Put into the question: 2 × 2 + 3 = 7 holds.",
      "Put into the question: 2 − 3 = −1 holds.",
    ]);
    expect(tried("Solve 2x + y = 7.", "3")).toEqual([]);
    expect(tried("If x = 4, what is 3x + 1?", "13")).toEqual([]);
    expect(tried("2x + 1 = 7. What is 4x?", "12")).toEqual([]); // asks for something else
    expect(tried("x = 1 ".repeat(20_000), "1")).toEqual([]);
  });

  test("may be rounded", () => {
    expect(lines("What is 10 / 3?", "3.33")).toEqual(["Calculated by the page: 10 ÷ 3 = 3.333…."]);
    expect(tried("What is 10 / 3?", "3.34").map(({ holds }) => holds)).toEqual([false]);
    expect(tried("What is 20 / 3?", "$6.67").map(({ holds }) => holds)).toEqual([true]);
    expect(tried("What is 20 / 3?", "6.7 kg").map(({ holds }) => holds)).toEqual([true]);
    expect(tried("Solve 3x = 10.", "3.33")).toEqual([]);
    expect(tried("Solve 2x = 5.", "2.5").map(({ holds }) => holds)).toEqual([true]);
    expect(tried("Solve 3x = 10.", "3").map(({ holds }) => holds)).toEqual([false]);
  });

  test("is compared with an expression", () => {
    expect(lines("What is 47 * 86?", "4042")).toEqual(["Calculated by the page: 47 × 86 = 4042."]);
    expect(lines("47 × 86 =", "4052")).toEqual(["Calculated by the page: 47 × 86 = 4042, so the answer is wrong."]);
    expect(lines("What is 15% of 80?", "12")).toEqual(["Calculated by the page: 15% × 80 = 12."]);
    expect(lines("What is 3/4 + 5/6?", "19/12")).toEqual(["Calculated by the page: 3 ÷ 4 + 5 ÷ 6 = 19 ÷ 12."]);
    expect(tried("What is 17 / 5?", "3 remainder 2")).toEqual([]);
    expect(tried("What is 17 / 5?", "3")).toEqual([]);
    expect(tried("Tom has 12 apples. What is 12?", "12")).toEqual([]);
    expect(tried("What is the mean of 4 and 8?", "6")).toEqual([]);
  });
});
