/**
 * Rows out of CSV that comes in pieces, with the grammar of Python's csv module with `strict=True`.
 *
 * Not csv-parse: it either refuses a quote in the middle of a cell without quotes (Python reads it as it stands) or,
 * relaxed, accepts text after a closing quote (which Python refuses), takes the first line break it meets for that of
 * the whole file, and brings a copy of Node's streams and Buffer into the browser.
 */
import type { FieldType } from "./descriptor";
import type { TextReader } from "./json";
import { cellValue, LONGEST, Refusal } from "./rows";

const END_OF_BARE = /[,\r\n]/g;

/** The cells of records; a record that is a blank line has none. */
class Cells {
  private place: "start" | "bare" | "quoted" | "quote" = "start";
  private cell = "";
  private cells: string[] = [];

  *push(text: string): Iterable<string[]> {
    let index = 0;
    while (index < text.length) {
      const character = text[index]!;
      if (this.place === "quoted") {
        const quote = text.indexOf('"', index);
        this.add(text.slice(index, quote < 0 ? undefined : quote));
        if (quote < 0) return;
        this.place = "quote";
        index = quote + 1;
      } else if (this.place === "start" && character === '"') {
        this.place = "quoted";
        index++;
      } else if (this.place === "quote" && character === '"') {
        this.add('"');
        this.place = "quoted";
        index++;
      } else if (character === ",") {
        this.endCell();
        index++;
      } else if (character === "\n" || character === "\r") {
        // Of the two in a row, the second ends a blank line.
        yield this.endRecord();
        index++;
      } else if (this.place === "quote") {
        throw new Refusal(`',' expected after '"'`);
      } else {
        END_OF_BARE.lastIndex = index;
        const end = END_OF_BARE.exec(text)?.index ?? text.length;
        this.add(text.slice(index, end));
        this.place = "bare";
        index = end;
      }
    }
  }

  /** The last record, where no line break ends it. */
  end(): string[] {
    if (this.place === "quoted") throw new Refusal("unexpected end of data: a quote is not closed");
    return this.endRecord();
  }

  private add(text: string): void {
    this.cell += text;
    if (this.cell.length > LONGEST) throw new Refusal(`a cell is longer than ${LONGEST} characters`);
  }

  private endCell(): void {
    this.cells.push(this.cell);
    this.cell = "";
    this.place = "start";
  }

  private endRecord(): string[] {
    if (this.place !== "start" || this.cells.length) this.endCell();
    const cells = this.cells;
    this.cells = [];
    return cells;
  }
}

/** An object a record after the first, which names the columns; an empty cell of any type but string is missing. */
export class CsvReader implements TextReader {
  private readonly cells = new Cells();
  private header: string[] | undefined;

  /** @param types of the described columns; others are read as strings */
  constructor(private readonly types: ReadonlyMap<string, FieldType>) {}

  *push(text: string): Iterable<unknown> {
    for (const cells of this.cells.push(text)) yield* this.row(cells);
  }

  *end(): Iterable<unknown> {
    yield* this.row(this.cells.end());
    if (!this.header) throw new Refusal("the file is empty");
  }

  private *row(cells: string[]): Iterable<unknown> {
    if (!cells.length) return;
    if (!this.header) {
      this.header = requireDistinct(cells);
      return;
    }
    if (cells.length !== this.header.length) {
      throw new Refusal(`expected ${this.header.length} cells, as in the header, found ${cells.length}`);
    }
    const typeOf = (name: string) => this.types.get(name) ?? "string";
    yield Object.fromEntries(this.header.map((name, i) => [name, cellValue(cells[i]!, typeOf(name))] as const));
  }
}

/** Names of columns, at least one, none of them twice. */
export function requireDistinct(names: string[]): string[] {
  if (!names.length) throw new Refusal("the file is empty");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Refusal(`column '${twice}' occurs twice`);
  return names;
}
