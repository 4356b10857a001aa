/** Every colour of code can be read on every background that code stands on, in light and in dark. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = ["base", "code"]
  .map((name) => readFileSync(new URL(`../app/styles/${name}.css`, import.meta.url), "utf8"))
  .join("\n");

function pair(name: string): [string, string] {
  const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css);
  if (!found) throw new Error(`no colour --${name}`);
  return [found[1]!, found[2]!];
}

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

const FOREGROUNDS = ["code-keyword", "code-string", "code-number", "code-comment", "code-name", "ink", "accent"];
const BACKGROUNDS = ["paper", "card", "tint", "alarm-tint"];

const PAIRS = FOREGROUNDS.flatMap((front) => BACKGROUNDS.map((back) => [front, back] as const));

test.each(PAIRS)("%s on %s", (front, back) => {
  for (const scheme of [0, 1] as const) {
    expect(contrast(pair(front)[scheme], pair(back)[scheme])).toBeGreaterThanOrEqual(4.5);
  }
});

test("the formula knows black on white", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
});
