/** Where a hole goes into a program. Pure. */

import { HOLE, TODO } from "./prompts";

export interface Edit {
  from: number;
  to: number;
  insert: string;
}

/**
 * The edit that makes a hole of the selection [from, to): `____` within a line, a `# TODO` line for whole lines and
 * for all that goes over a line's end. With nothing selected the hole goes in at the cursor.
 */
export function dig(program: string, from: number, to: number): Edit {
  const selected = program.slice(from, to);
  // Spaces at the ends belong to the line, not to the expression.
  const start = from + (selected.length - selected.trimStart().length);
  const end = selected.trim() === "" ? start : to - (selected.length - selected.trimEnd().length);
  const lineStart = program.lastIndexOf("\n", start - 1) + 1;
  const nextBreak = program.indexOf("\n", end);
  const lineEnd = nextBreak < 0 ? program.length : nextBreak;
  const severalLines = program.slice(start, end).includes("\n");
  const wholeLine = program.slice(lineStart, start).trim() === "" && program.slice(end, lineEnd).trim() === "";
  if (start === end) return { from, to, insert: HOLE };
  if (!severalLines && !wholeLine) return { from: start, to: end, insert: HOLE };
  const lines = program
    .slice(lineStart, lineEnd)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const indents = lines.map((line) => /^[ \t]*/.exec(line)![0]);
  const indent = indents.reduce((least, other) => (other.length < least.length ? other : least));
  return { from: lineStart, to: lineEnd, insert: indent + TODO };
}
