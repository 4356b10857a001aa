/** Answers come without docstrings, as in training; those that the visitor wrote are kept. Pure. */

const HEAD = String.raw`^[ \t]*def (\w+)[^\n]*:[ \t]*\n`;
const DOCSTRING = String.raw`(?:[ \t]*\n)*[ \t]+[rR]?(?:"""[\s\S]*?"""|'''[\s\S]*?''')[ \t]*\n?`;
/** A `def` line at any depth, and the docstring below it. */
const DOCUMENTED = new RegExp(`${HEAD}(${DOCSTRING})`, "gm");

/** `code` with the docstrings of `before`, in functions of the same name that have none. */
export function withDocstrings(before: string, code: string): string {
  let kept = code;
  for (const [, name, docstring] of before.matchAll(DOCUMENTED)) {
    const head = new RegExp(`^([ \\t]*def ${name}\\b[^\\n]*:[ \\t]*\\n)(?!\\s*[rR]?["'])`, "m");
    kept = kept.replace(head, (line) => line + docstring!.replace(/\n?$/, "\n"));
  }
  return kept;
}
