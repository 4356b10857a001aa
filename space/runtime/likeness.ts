/**
 * How alike two names are, from 0 to 1: the share of their characters in common blocks, by Ratcliff and Obershelp.
 * The same number as `difflib.SequenceMatcher(None, a, b).ratio()` in Python for names under 200 characters.
 */
export function likeness(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const length = left.length + right.length;
  return length ? (2 * matching(left, right)) / length : 1;
}

/** Characters in the longest common block (the first in `a`, then in `b`) and, likewise, on either side of it. */
function matching(a: readonly string[], b: readonly string[]): number {
  let [size, endA, endB] = [0, 0, 0];
  let row = Array<number>(b.length + 1).fill(0);
  for (let i = 1; i <= a.length; i++) {
    const next = [0];
    for (let j = 1; j <= b.length; j++) {
      next.push(a[i - 1] === b[j - 1] ? row[j - 1]! + 1 : 0);
      if (next[j]! > size) [size, endA, endB] = [next[j]!, i, j];
    }
    row = next;
  }
  if (!size) return 0;
  const before = matching(a.slice(0, endA - size), b.slice(0, endB - size));
  return size + before + matching(a.slice(endA), b.slice(endB));
}
