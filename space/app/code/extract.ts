/** The program in an answer, finished or growing. Pure. */

export interface CodeAnswer {
  /** Undefined where the answer holds no program, or none yet. */
  code?: string;
  /** Whether the end of the program was said. */
  closed: boolean;
  /** What the model says around its program. */
  words: string;
}

const OPENING = /^[ \t]*```[ \t]*\w*[ \t]*$/m;
/** Models that forget the fence begin with a definition or an import. */
const BARE = /^(?:(?:async )?def \w+ ?\(|class \w+ ?[:(]|import [\w., ]+$|from [\w.]+ import |@\w)/m;
const CLOSING = /^[ \t]*```|```[ \t]*$/m;

/** Takes the first fenced block; a fence that is missing, unfinished or at the end of a line of code is understood. */
export function codeIn(text: string): CodeAnswer {
  const lines = text.replace(/\r\n?/g, "\n");
  const opening = OPENING.exec(lines);
  const bare = BARE.exec(lines);
  if (bare && (!opening || bare.index < opening.index)) {
    return cut(lines.slice(bare.index), lines.slice(0, bare.index));
  }
  if (!opening) return { closed: true, words: lines.replace(/`{1,3}\w*$/, "").trim() };
  const start = opening.index + opening[0].length;
  if (start >= lines.length) return { closed: false, words: lines.slice(0, opening.index).trim() };
  return cut(lines.slice(start + 1), lines.slice(0, opening.index));
}

/** `rest` begins with the program. */
function cut(rest: string, before: string): CodeAnswer {
  const closing = CLOSING.exec(rest);
  if (!closing) {
    // The end of a growing text may be the beginning of a fence.
    const code = rest.replace(/`{1,2}$/, "").trimEnd();
    return { ...(code === "" ? {} : { code }), closed: false, words: before.trim() };
  }
  const code = rest.slice(0, closing.index).trimEnd();
  const after = rest.slice(closing.index + closing[0].length).replace(/^`+/, "");
  return { ...(code === "" ? {} : { code }), closed: true, words: `${before.trim()}\n${after.trim()}`.trim() };
}
