/** Answers come without docstrings, as in training; those that the visitor wrote are kept. Pure. */

/** A `def` line at any depth, and the docstring below it. */
const DOCUMENTED = /^([ \t]*def (\w+)[^\n]*:[ \t]*\n)((?:[ \t]*\n)*[ \t]+[rR]?(?:"""[\s\S]*?"""|'''[\s\S]*?''')[ \t]*\n?)/gm;

/** `code` with the docstrings of `before`, in functions of the same name that have none. */
export function withDocstrings(before: string, code: string): string {
  let kept = code;
  for (const [, , name, docstring] of before.matchAll(DOCUMENTED)) {
    const head = new RegExp(`^([ \\t]*def ${name}\\b[^\\n]*:[ \\t]*\\n)(?!\\s*[rR]?["'])`, "m");
    kept = kept.replace(head, (line) => line + docstring!.replace(/\n?$/, "\n"));
  }
  return kept;
}
