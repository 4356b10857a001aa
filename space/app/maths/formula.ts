/** Finds the formulas in a line of words: `7x=61-12=49`, `11 * 4 = 44`, `12>4`. Pure. */

import { MAX_DEPTH, MAX_LENGTH, plain, TOKEN } from "./arithmetic";

export interface Formula {
  start: number;
  end: number;
}

const RELATION = "<=|>=|!=|==|[=<>≤≥≠]";
const RELATION_HERE = new RegExp(RELATION, "y");
const RELATIONS = new RegExp(`(${RELATION})`);

/** Where a line has arithmetic. Dates and words with hyphens may pass for it; what has no relation claims nothing. */
export function formulas(line: string): Formula[] {
  const text = plain(line);
  const found: Formula[] = [];
  for (let at = 0; at < text.length; at++) {
    const end = startsHere(text, at) ? readFormula(text, at) : undefined;
    if (end === undefined) continue;
    found.push({ start: at, end });
    at = end - 1;
  }
  return found;
}

/** The sides of a formula and the relations between them, in order. */
export function sides(formula: string): { sides: string[]; relations: string[] } {
  const pieces = formula.split(RELATIONS).map((piece) => piece.trim());
  return { sides: pieces.filter((_, i) => i % 2 === 0), relations: pieces.filter((_, i) => i % 2 === 1) };
}

/** Not inside a word, nor behind an operator or a ratio's colon: what stands before may belong to the formula. */
function startsHere(text: string, at: number): boolean {
  if (!/[-$(|\dA-Za-zπ]/.test(text[at]!)) return false;
  const before = text.slice(Math.max(0, at - 20), at);
  return /(?:^|[([{,:;!?"'`]|\D\.)$/.test(before) || /(?:^|[^-+*/^=<>≤≥≠%√\s])(?<! :)\s+$/.test(before);
}

type Kind = "value" | "operator" | "relation" | "(" | ")" | "|" | "%";
interface Piece {
  kind: Kind;
  text: string;
  end: number;
  /** Is there a space before it? */
  gap: boolean;
}

/** The pieces of a formula from `start` on, up to where there is none. */
function* pieces(text: string, start: number): Generator<Piece> {
  for (let at = start; at - start < MAX_LENGTH;) {
    const gap = text[at] === " ";
    if (gap) at++;
    RELATION_HERE.lastIndex = TOKEN.lastIndex = at;
    const relation = RELATION_HERE.exec(text)?.[0];
    const token = relation === undefined ? TOKEN.exec(text) : null;
    const found = relation ?? token?.[0];
    if (found === undefined) return;
    at += found.length;
    const { number, name, operator } = token?.groups ?? {};
    // `12cm` and `3rd` are words.
    if (number !== undefined && /^[A-Za-z]{2}/.test(text.slice(at, at + 2)) && !text.startsWith("pi", at)) return;
    const kind = relation ? "relation" : (number ?? name) ? "value" : operator ? "operator" : (found as Kind);
    yield { kind, text: found, end: at, gap };
  }
}

/** End of the longest formula that starts at `start`, or undefined. */
function readFormula(text: string, start: number): number | undefined {
  let end = start;
  let links = ""; // the kinds of what connects operands so far
  let linksAtEnd = "";
  let spaced = false;
  let open = ""; // brackets and bars
  let wanted = true; // an operand, as at the start and behind an operator
  let gapAllowed: boolean | undefined = false; // before the operand; `3 -4` may be a list, `3 - 4` is not
  for (const { kind, text: piece, end: after, gap } of pieces(text, start)) {
    if (wanted) {
      if (gapAllowed !== undefined && gap !== gapAllowed) break;
      if (kind === "value") wanted = false;
      else if (kind === "(" || kind === "|") [open, gapAllowed] = [open + kind, undefined];
      else if (piece === "-" || piece === "+") gapAllowed = false;
      else break;
    } else if (kind === "operator" || (kind === "relation" && open === "")) {
      links += kind[0];
      spaced ||= gap;
      [wanted, gapAllowed] = [true, gap];
    } else if (kind === ")" || (kind === "|" && open.endsWith("|"))) {
      if (!open.endsWith(kind === ")" ? "(" : "|")) break;
      open = open.slice(0, -1);
    } else if (gap) {
      break;
    } else if (kind === "(" || kind === "|") {
      [open, wanted, gapAllowed] = [open + kind, true, undefined];
    } else if (kind !== "%" && (kind !== "value" || /^[$\d]/.test(piece))) {
      break;
    }
    if (open.length > MAX_DEPTH) break;
    if (!wanted && open === "") [end, linksAtEnd] = [after, links];
  }
  const found = text.slice(start, end);
  const claims = linksAtEnd.includes("r");
  if (linksAtEnd === "" || !/\d/.test(found) || text.startsWith(" :", end)) return undefined;
  // Without a relation, a `-` between spaces is a dash as often as not.
  if (claims ? belongsToWords(text, start, found) : spaced) return undefined;
  return end;
}

/** `the sum of 3 and 4 = 7` and `17 mod 5 = 2`: the formula's first number is only a part of what is meant. */
function belongsToWords(text: string, start: number, formula: string): boolean {
  const word = /([A-Za-z]+)\s+$/.exec(text.slice(Math.max(0, start - 30), start))?.[1];
  if (word === undefined) return false;
  return /^(plus|minus|times|over|mod|of|by)$/i.test(word) || /^[$\d.,]+%?$/.test(sides(formula).sides[0]!);
}
