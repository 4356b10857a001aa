/** Python as lines of coloured pieces, for code that is shown and not edited. The editor uses the same classes. */

import { pythonLanguage } from "@codemirror/lang-python";
import { classHighlighter, highlightCode } from "@lezer/highlight";

export interface Piece {
  text: string;
  /** `tok-keyword` and the like; empty for plain text. */
  classes: string;
}

/** One list of pieces a line. Code that is no Python is coloured as far as it goes. */
export function highlightedLines(code: string): Piece[][] {
  const lines: Piece[][] = [[]];
  highlightCode(
    code,
    pythonLanguage.parser.parse(code),
    classHighlighter,
    (text, classes) => lines.at(-1)!.push({ text, classes }),
    () => lines.push([]),
  );
  return lines;
}

/** The first `most` characters of a line. */
export function shortened(line: Piece[], most: number): Piece[] {
  const kept: Piece[] = [];
  let room = most;
  for (const { text, classes } of line) {
    if (text.length > room) return [...kept, { text: `${text.slice(0, room)} …`, classes }];
    kept.push({ text, classes });
    room -= text.length;
  }
  return kept;
}
