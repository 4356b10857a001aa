/** Which lines of a program are new, and which go. Pure. */

export interface Row {
  kind: "same" | "added" | "removed";
  /** Index of the line: in the old program for one that is removed, else in the new one. */
  line: number;
}

/** The table of the comparison has lines times lines cells; beyond this the whole middle counts as replaced. */
const MOST_CELLS = 1_000_000;

/** The lines of a program; one without text has none. */
export function linesOf(program: string): string[] {
  const text = program.trimEnd();
  return text === "" ? [] : text.split("\n");
}

/** The shortest way from the old lines to the new ones (longest common subsequence). */
export function diff(before: readonly string[], after: readonly string[]): Row[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const shorter = Math.min(before.length, after.length) - head;
  while (tail < shorter && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;

  const rows: Row[] = [];
  for (let line = 0; line < head; line++) rows.push({ kind: "same", line });
  rows.push(...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail), head));
  for (let line = after.length - tail; line < after.length; line++) rows.push({ kind: "same", line });
  return rows;
}

function middle(before: readonly string[], after: readonly string[], offset: number): Row[] {
  const width = after.length + 1;
  const small = before.length * after.length <= MOST_CELLS;
  // common[i * width + j]: length of the longest common subsequence of before[i..] and after[j..].
  const common = new Uint32Array(small ? (before.length + 1) * width : 0);
  if (small) {
    for (let i = before.length - 1; i >= 0; i--) {
      for (let j = after.length - 1; j >= 0; j--) {
        common[i * width + j] =
          before[i] === after[j]
            ? common[(i + 1) * width + j + 1]! + 1
            : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
      }
    }
  }
  const rows: Row[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const both = i < before.length && j < after.length;
    const removing = !both || !small || common[(i + 1) * width + j]! >= common[i * width + j + 1]!;
    if (small && both && before[i] === after[j]) {
      rows.push({ kind: "same", line: offset + j++ });
      i++;
    } else if (i < before.length && removing) {
      rows.push({ kind: "removed", line: offset + i++ });
    } else {
      rows.push({ kind: "added", line: offset + j++ });
    }
  }
  return rows;
}

/** Rows that are shown, and how many in between are not. */
export type Shown = Row | { kind: "gap"; rows: number };

const LONGEST_RUN = 12;
const CONTEXT = 4;

/** Long runs of lines that stay or go are shown by their ends; what is new is shown whole. */
export function folded(rows: readonly Row[]): Shown[] {
  const shown: Shown[] = [];
  for (let start = 0; start < rows.length;) {
    const { kind } = rows[start]!;
    let end = start;
    while (end < rows.length && rows[end]!.kind === kind) end++;
    if (kind === "added" || end - start <= LONGEST_RUN) {
      shown.push(...rows.slice(start, end));
    } else {
      shown.push(...rows.slice(start, start + CONTEXT));
      shown.push({ kind: "gap", rows: end - start - 2 * CONTEXT });
      shown.push(...rows.slice(end - CONTEXT, end));
    }
    start = end;
  }
  return shown;
}
