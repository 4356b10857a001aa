/** Rows out of JSON that comes in pieces: one array of objects, or an object a line. */
import { found } from "../canonical";
import { DEEPEST, LONGEST, Refusal } from "./rows";

/** Takes a text in pieces and gives the values in it, each as soon as it is whole. Throws Refusal at a bad one. */
export interface TextReader {
  push(text: string): Iterable<unknown>;
  /** What is left when the text is over; throws Refusal when it is over too early. */
  end(): Iterable<unknown>;
}

const SPACE = " \t\r\n";
const MARK_IN_STRING = /["\\]/g;
const MARK_OUTSIDE = /["{}[\]]/g;

/** Index of the first character from `start` on that is no space, or the text's length. */
function skipSpace(text: string, start: number): number {
  let index = start;
  while (index < text.length && SPACE.includes(text[index]!)) index++;
  return index;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Refusal(`broken JSON: ${(error as Error).message}`);
  }
}

/** Finds the end of an object or list in text that comes in pieces, counting brackets outside strings. */
class Bounds {
  private depth = 0;
  private inString = false;
  private escaped = false;

  /** Index after the value's last character, or -1 when it goes on after this piece. */
  find(text: string, start: number): number {
    let index = start;
    while (index < text.length) {
      if (this.escaped) {
        this.escaped = false;
        index++;
        continue;
      }
      const mark = this.inString ? MARK_IN_STRING : MARK_OUTSIDE;
      mark.lastIndex = index;
      const match = mark.exec(text);
      if (!match) return -1;
      index = match.index + 1;
      switch (match[0]) {
        case '"':
          this.inString = !this.inString;
          break;
        case "\\":
          this.escaped = true;
          break;
        case "{":
        case "[":
          this.depth++;
          if (this.depth > DEEPEST) throw new Refusal(`nested deeper than ${DEEPEST} levels`);
          break;
        default:
          this.depth--;
          if (this.depth === 0) return index;
      }
    }
    return -1;
  }
}

/** The objects of one array, so that a file of any length takes the memory of one row. */
export class JsonArrayReader implements TextReader {
  private place: "start" | "first" | "value" | "inside" | "separator" | "over" = "start";
  private pieces: string[] = [];
  private length = 0;
  private bounds = new Bounds();

  *push(text: string): Iterable<unknown> {
    let index = 0;
    for (;;) {
      if (this.place === "inside") {
        const end = this.bounds.find(text, index);
        this.keep(text.slice(index, end < 0 ? undefined : end));
        if (end < 0) return;
        index = end;
        this.place = "separator";
        const row = this.pieces.join("");
        this.pieces = [];
        this.length = 0;
        yield parse(row);
      }
      index = skipSpace(text, index);
      if (index === text.length) return;
      const character = text[index]!;
      if (this.opensRow(character)) {
        this.place = "inside";
        this.bounds = new Bounds();
      } else index++;
    }
  }

  /** Whether the character, which is no space and in no row, is a row's first; refuses what may not stand there. */
  private opensRow(character: string): boolean {
    switch (this.place) {
      case "start":
        if (character !== "[") throw new Refusal("a .json file of rows is one array");
        this.place = "first";
        return false;
      case "separator":
        if (character !== "," && character !== "]") {
          throw new Refusal(`expected , or ] before this row, found ${found(character)}`);
        }
        this.place = character === "," ? "value" : "over";
        return false;
      case "over":
        throw new Refusal("the file goes on after its array");
      default:
        if (this.place === "first" && character === "]") {
          this.place = "over";
          return false;
        }
        if (character !== "{") throw new Refusal(`expected an object, found ${found(character)}`);
        return true;
    }
  }

  private keep(piece: string): void {
    this.length += piece.length;
    if (this.length > LONGEST) throw new Refusal(`a row is longer than ${LONGEST} characters`);
    this.pieces.push(piece);
  }

  end(): Iterable<unknown> {
    if (this.place === "inside") throw new Refusal("broken JSON: the file ends inside this row");
    if (this.place !== "over") throw new Refusal("the file ends before its array does");
    return [];
  }
}

/** The values of lines, by line feeds alone; blank lines do not count. */
export class JsonLinesReader implements TextReader {
  private pieces: string[] = [];

  *push(text: string): Iterable<unknown> {
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.pieces.push(text.slice(start, end));
      start = end + 1;
      yield* this.end();
    }
    this.pieces.push(text.slice(start));
  }

  *end(): Iterable<unknown> {
    const line = this.pieces.join("");
    this.pieces = [];
    if (skipSpace(line, 0) === line.length) return;
    const value = parse(line);
    // A level takes two characters at least, so most lines need no look.
    if (line.length > 2 * DEEPEST) new Bounds().find(line, 0);
    yield value;
  }
}
