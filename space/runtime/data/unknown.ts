/** The words for a name that is not among the known ones, with the nearest of them. */
export function unknown(kind: string, name: string, known: readonly string[]): string {
  let nearest: string | undefined;
  let best = 0.5;
  for (const candidate of known) {
    const likeness = (2 * commonLetters(name, candidate)) / (name.length + candidate.length);
    if (likeness >= best && (nearest === undefined || likeness > best)) [nearest, best] = [candidate, likeness];
  }
  const hint = nearest === undefined ? `known: ${known.join(", ")}` : `did you mean '${nearest}'?`;
  return `unknown ${kind} '${name}'; ${hint}`;
}

/** Length of the longest common subsequence. */
function commonLetters(a: string, b: string): number {
  let row = Array<number>(b.length + 1).fill(0);
  for (const letter of a) {
    const next = [0];
    for (let j = 1; j <= b.length; j++) {
      next.push(letter === b[j - 1] ? row[j - 1]! + 1 : Math.max(row[j]!, next[j - 1]!));
    }
    row = next;
  }
  return row[b.length]!;
}
