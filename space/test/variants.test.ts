import { expect, test } from "vitest";
import { uniformOf } from "../runtime/random";
import { chooseVariant, namedVariant, someVisitor } from "../runtime/variants";

const VARIANTS = [
  { name: "old", weight: 3, path: "../old/" },
  { name: "new", weight: 1, path: "../new/" },
  { name: "tiny", weight: 0.5, path: "../tiny/" },
];
const name = (experiment: string, visitor: string) => chooseVariant(experiment, VARIANTS, visitor).name;
const visitors = Array.from({ length: 10_000 }, (_, i) => `visitor ${i}`);

/** How many visitors get each variant. */
function shares(experiment: string): Record<string, number> {
  const counts: Record<string, number> = { old: 0, new: 0, tiny: 0 };
  for (const visitor of visitors) counts[name(experiment, visitor)]! += 1;
  return counts;
}

test("the shares of 10,000 visitors follow the weights", () => {
  const counts = shares("two-weights");
  for (const { name: variant, weight } of VARIANTS) {
    const share = weight / 4.5;
    const deviation = Math.sqrt(visitors.length * share * (1 - share));
    expect(Math.abs(counts[variant]! - visitors.length * share)).toBeLessThan(4 * deviation);
  }
});

test("a visitor always gets the same variant, and another experiment draws anew", () => {
  expect(shares("two-weights")).toEqual(shares("two-weights"));
  const same = visitors.filter((visitor) => name("two-weights", visitor) === name("another", visitor)).length;
  // Of independent draws: (3² + 1² + 0.5²) / 4.5² of all.
  expect(Math.abs(same / visitors.length - 10.25 / 20.25)).toBeLessThan(0.02);
});

test("Python with hashlib chooses the same", () => {
  // u = (int.from_bytes(sha256(f"{experiment}|{visitor}".encode()).digest()[:8], "big") >> 11) / 2**53
  const people = ["ada", "grace", "émilie 💚", "1", "2", "3", "4", "5"];
  expect(people.slice(0, 3).map((visitor) => uniformOf(`two-weights|${visitor}`))).toEqual([
    0.20238968113767142, 0.7591313768283199, 0.30170060276548694,
  ]);
  const chosen = (experiment: string) => people.map((visitor) => name(experiment, visitor)).join(" ");
  expect(chosen("two-weights")).toBe("old new old old tiny old tiny old");
  expect(chosen("another")).toBe("new old old old tiny new old tiny");
});

test("the last variant takes what rounding leaves over, and a single one everything", () => {
  const thirds = [0.1, 0.2, 0.3].map((weight) => ({ weight }));
  for (const visitor of visitors.slice(0, 1000)) expect(thirds).toContain(chooseVariant("x", thirds, visitor));
  expect(chooseVariant("x", [{ weight: 1e-300 }], "y")).toEqual({ weight: 1e-300 });
});

test.each(["", "\ud800", 5, null])("a visitor has to be a text: %j", (visitor) => {
  expect(() => chooseVariant("x", VARIANTS, visitor as string)).toThrow("visitor must be a string that is not empty");
});

test("without a choice there is none", () => {
  expect(() => chooseVariant("x", [], "visitor")).toThrow("no variants to choose from");
});

test("a name that there is not is answered with those that there are", () => {
  expect(namedVariant("two-weights", VARIANTS, "tiny")).toBe(VARIANTS[2]);
  expect(() => namedVariant("two-weights", VARIANTS, "nwe")).toThrow(
    expect.objectContaining({
      code: "bad-option",
      message: "The experiment 'two-weights' has no variant 'nwe'. It has 'old', 'new', 'tiny'.",
    }),
  );
});

test("visitors without a name of their own differ", () => {
  expect(someVisitor()).not.toBe(someVisitor());
});
