/** Reading of data files by a descriptor, row by row; the same rows and refusals as `ingest` of data_chef. */
import { OdinError } from "../errors";
import { CsvReader } from "./csv";
import { parseDescriptor, type DatasetDescriptor, type RowOf } from "./descriptor";
import { JsonArrayReader, JsonLinesReader, type TextReader } from "./json";
import { parquetRows } from "./parquet";
import { Refusal, toRow } from "./rows";
import { nameOf, ranges, texts, type Source } from "./source";
import { unknown } from "./unknown";

export type { Source } from "./source";

const FORMATS = ["json", "jsonl", "csv", "parquet"] as const;
/** `json` is one array of objects, `jsonl` an object a line. */
export type DataFormat = (typeof FORMATS)[number];

export interface IngestOptions {
  /** Needed where the source has no name that ends in `.json`, `.jsonl`, `.csv` or `.parquet`. */
  format?: DataFormat;
  /** Whether columns that are not described are an error; by default they are dropped. */
  refuseExtra?: boolean;
  /** Ends the reading; the iterator then throws OdinError `aborted`. */
  signal?: AbortSignal;
}

/**
 * The rows of a file, one at a time, checked and converted. A row has the descriptor's fields, in its order; a missing
 * value of a field that is not required is null.
 *
 * JSON, JSONL and CSV are read in pieces, in the memory of one row. Parquet is read by row groups and by columns that
 * are described, from a URL by range requests, from a Blob by slices; a stream or a response of Parquet is read whole.
 * Numbers of JSON are JavaScript's: `1.0` is the integer 1, an int64 beyond 2^53 - 1 has to be a string of digits.
 *
 * @throws OdinError `bad-data` naming the source, the row (from 1; blank lines and the header of CSV do not count),
 *   the field, and what was expected and found; `corrupt` for text that is not UTF-8; `not-found` and `network` for
 *   what cannot be fetched; `bad-option` for an unknown format; `aborted`
 */
export async function* ingest<const D extends DatasetDescriptor>(
  source: Source,
  descriptor: D,
  options: IngestOptions = {},
): AsyncGenerator<RowOf<D>, void, void> {
  const { refuseExtra = false, signal } = options;
  parseDescriptor(descriptor);
  const name = nameOf(source);
  const format = options.format ?? formatOf(name);
  if (!FORMATS.includes(format)) throw new OdinError("bad-option", unknown("format", format, FORMATS));
  let number = 1;
  try {
    signal?.throwIfAborted();
    for await (const values of valuesOf(source, format, descriptor, options)) {
      for (const value of values) {
        signal?.throwIfAborted();
        yield toRow(value, descriptor, refuseExtra) as RowOf<D>;
        number++;
      }
    }
  } catch (error) {
    if (signal?.aborted) throw new OdinError("aborted", `Reading ${name} was stopped at row ${number}.`);
    if (!(error instanceof Refusal)) throw error;
    const field = error.field === undefined ? "" : `, field '${error.field}'`;
    throw new OdinError("bad-data", `${name}, row ${number}${field}: ${error.message}`);
  }
}

function formatOf(name: string): DataFormat {
  const suffix = /\.([^./\\]*)$/.exec(name.replace(/[?#].*$/s, ""))?.[1]?.toLowerCase() ?? "";
  if ((FORMATS as readonly string[]).includes(suffix)) return suffix as DataFormat;
  const message = unknown(`kind of file of ${name}:`, `.${suffix}`, FORMATS.map((format) => `.${format}`));
  throw new OdinError("bad-option", `${message} or give the format`);
}

async function* valuesOf(
  source: Source,
  format: DataFormat,
  { fields }: DatasetDescriptor,
  { refuseExtra = false, signal }: IngestOptions,
): AsyncGenerator<Iterable<unknown>, void, void> {
  if (format === "parquet") {
    const names = fields.map((field) => field.name);
    yield* parquetRows(await ranges(source, signal), names, refuseExtra);
    return;
  }
  const reader = textReader(format, fields);
  for await (const text of texts(source, signal)) yield reader.push(text);
  yield reader.end();
}

function textReader(format: Exclude<DataFormat, "parquet">, fields: DatasetDescriptor["fields"]): TextReader {
  if (format === "json") return new JsonArrayReader();
  if (format === "jsonl") return new JsonLinesReader();
  return new CsvReader(new Map(fields.map((field) => [field.name, field.type])));
}
