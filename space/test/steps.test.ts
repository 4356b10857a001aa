import { expect, test } from "vitest";
import { answerParser, parseAnswer, parseLine as parse, prettyMath, wholeBlocks, type Part } from "../app/maths/steps";

/** What is seen of a line. */
function parseLine(line: string) {
  return parse(line).map((part: Part) => {
    if ("text" in part) return part;
    const { math, result } = part;
    return result === undefined ? { math } : { math, result };
  });
}

test("arithmetic is written as people write it", () => {
  expect(prettyMath("3*7")).toBe("3 × 7");
  expect(prettyMath("48/2")).toBe("48 ÷ 2");
  expect(prettyMath("-2+5")).toBe("−2 + 5");
  expect(prettyMath("(1 - 4)*-3")).toBe("(1 − 4) × −3");
  expect(prettyMath("5%*20")).toBe("5% × 20");
  expect(prettyMath("(x+9)^2-76")).toBe("(x + 9)² − 76");
  expect(prettyMath("3z>=-29+8")).toBe("3z ≥ −29 + 8");
  expect(prettyMath("2**10")).toBe("2¹⁰");
});

test("a calculation stands between its words", () => {
  expect(parseLine("The bags hold <<3*7=21>> apples.")).toEqual([
    { text: "The bags hold " },
    { math: "3 × 7", result: "21" },
    { text: " apples." },
  ]);
});

test("what repeats the calculation beside it is said once", () => {
  expect(parseLine("He buys 3*7=<<3*7=21>>21 apples.")).toEqual([
    { text: "He buys " },
    { math: "3 × 7", result: "21" },
    { text: " apples." },
  ]);
  expect(parseLine("48 / 2 = <<48/2=24>>24")).toEqual([{ math: "48 ÷ 2", result: "24" }]);
  // 240 does not repeat 24.
  expect(parseLine("<<48/2=24>>240")).toEqual([{ math: "48 ÷ 2", result: "24" }, { text: "240" }]);
  expect(parseLine("So 5 = <<2+2=4>>")).toEqual([{ text: "So 5 = " }, { math: "2 + 2", result: "4" }]);
});

test("a calculation shows while it is being written", () => {
  expect(parseLine("He has <<12+2")).toEqual([{ text: "He has " }, { math: "12 + 2" }]);
  expect(parseLine("He has <<12+21=3")).toEqual([{ text: "He has " }, { math: "12 + 21" }]);
  expect(parseLine("He has <<12+21=33>")).toEqual([{ text: "He has " }, { math: "12 + 21" }]);
  expect(parseLine("He has <<12+21=33> more")).toEqual([{ text: "He has <<12+21=33> more" }]);
});

test("plain arithmetic is recognised, its last result set apart", () => {
  expect(parseLine("7+5+1=13 write 32 carry 1")).toEqual([
    { math: "7 + 5 + 1", result: "13" },
    { text: " write 32 carry 1" },
  ]);
  expect(parseLine("7x=61-12=49")).toEqual([{ math: "7x = 61 − 12", result: "49" }]);
  expect(parseLine("x=-9/3=-3")).toEqual([{ math: "x = −9 ÷ 3", result: "−3" }]);
  expect(parseLine("3-9: 13-9=4")).toEqual([
    { math: "3 − 9" },
    { text: ": " },
    { math: "13 − 9", result: "4" },
  ]);
});

test("a calculation keeps what the model wrote, and its doubt", () => {
  expect(parse("He buys 3*7=<<3*7=21>>21.")[1]).toEqual({ math: "3 × 7", result: "21", source: "3*7=21" });
  expect(parse("4*8=22? Check")).toEqual([
    { math: "4 × 8", result: "22", source: "4*8=22", doubted: true },
    { text: "? Check" },
  ]);
  expect(parse("so 17/5 = 3 r 2.")[1]).toEqual({ math: "17 ÷ 5", result: "3 r 2", source: "17/5 = 3 r 2" });
});

test("text that only looks like a calculation stays text", () => {
  expect(parseLine("if a << b or <b>c</b>")).toEqual([{ text: "if a << b or <b>c</b>" }]);
  expect(parseLine("a 3-digit well-known a-b and/or 7 x-ray")).toEqual([
    { text: "a 3-digit well-known a-b and/or 7 x-ray" },
  ]);
  expect(parseLine("<img src=x onerror=alert(1)>")).toEqual([{ text: "<img src=x onerror=alert(1)>" }]);
});

test("steps, answer and code are told apart", () => {
  const text = "12 plus 21\n\n  is <<12+21=33>>\n#### 33";
  expect(parseAnswer(text).map((block) => block.kind)).toEqual(["step", "step", "answer"]);
  expect(parseAnswer(text).at(-1)).toEqual({ kind: "answer", text: "33" });
  expect(parseAnswer("```python\ndef f(x):\n    return x\n\n#### 1\n```\ndone")).toEqual([
    { kind: "code", language: "python", text: "def f(x):\n    return x\n\n#### 1" },
    { kind: "step", parts: [{ text: "done" }] },
  ]);
  expect(parseAnswer("")).toEqual([]);
});

test("a growing answer never changes the blocks before its last", () => {
  const whole = "First <<1+2=3>>.\n```py\na <<= 1\n```\nThen 3*3=<<3*3=9>>9\n#### 9\n";
  let before = parseAnswer("");
  for (let end = 1; end <= whole.length; end++) {
    const now = parseAnswer(whole.slice(0, end));
    // The backticks that open or close a block are a step, or code, until their line is whole.
    if (!/(^|\n)`+\w*$/.test(whole.slice(0, end - 1))) {
      expect(now.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    }
    before = now;
  }
});

test("what is finished is parsed once", () => {
  const parse = answerParser();
  const first = parse("First <<1+2=3>>.\n3*3=");
  const second = parse("First <<1+2=3>>.\n3*3=9\n#### 9");
  expect(second[0]).toBe(first[0]);
  expect(second.map(({ kind }) => kind)).toEqual(["step", "step", "answer"]);
  expect(parse("Another\nanswer")).toEqual(parseAnswer("Another\nanswer"));
});

test("the last line of a text is whole when it or the text has ended", () => {
  const whole = (text: string, ended: boolean) => wholeBlocks(parseAnswer(text), text, ended);
  expect(whole("3*7=21\n21+12=3", false)).toBe(1);
  expect(whole("3*7=21\n21+12=33\n", false)).toBe(2);
  expect(whole("3*7=21\n21+12=33", true)).toBe(2);
  expect(whole("", false)).toBe(0);
});

const HOSTILE = ["<<", "<<1", "(", "1+", "=", "1=", "-", " ", "1 ", "1 * ", "\u202e\ud800", "<img src=x>"];
test.each([...HOSTILE, "$1,000"])("a long line of %j is read in no time", (piece) => {
  const start = performance.now();
  parseAnswer(`${piece.repeat(40_000 / piece.length)}<<1+1=2>>\n#### 1`);
  expect(performance.now() - start).toBeLessThan(1000);
});
