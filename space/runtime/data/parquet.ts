/** Rows out of Parquet, one row group at a time, of the described columns alone. */
import type { AsyncBuffer, FileMetaData, ParquetParsers, SchemaTree } from "hyparquet";

import { OdinError } from "../errors";
import { requireDistinct } from "./csv";
import { Refusal } from "./rows";

type Column = ArrayLike<unknown>;

/** Annotations whose values are what is stored; dates, times, decimals and the like are of no field's type. */
const PLAIN = /^(UTF8|STRING|JSON|U?INT_(8|16|32|64)|INTEGER|FLOAT16|LIST|NULL)$/;

/**
 * @param fields names of the described columns
 * @param withExtra whether rows also have the other columns' names, with null for each
 * @throws Refusal when it is not Parquet, is damaged or has a column twice
 */
export async function* parquetRows(
  file: AsyncBuffer,
  fields: readonly string[],
  withExtra: boolean,
): AsyncGenerator<Iterable<unknown>, void, void> {
  const [{ parquetMetadataAsync, parquetSchema }] = await libraries();
  const metadata = await orRefuse(parquetMetadataAsync(file, { geoparquet: false }));
  const { children } = parquetSchema(metadata);
  const names = requireDistinct(children.map((child) => child.element.name));
  const described = children.filter((child) => fields.includes(child.element.name));
  const extra = withExtra ? names.filter((name) => !fields.includes(name)) : [];
  let start = 0;
  for (const { num_rows } of metadata.row_groups) {
    const end = start + Number(num_rows);
    const columns = end > start ? await readColumns(file, metadata, described, start, end) : new Map();
    yield rowsOf(columns, extra, end - start);
    start = end;
  }
}

/** Only a program that reads Parquet loads these. */
function libraries() {
  return Promise.all([import("hyparquet"), import("hyparquet-compressors")]);
}

/** The library's words for a damaged file; what happened to a request stays as it is. */
async function orRefuse<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof OdinError || error instanceof Refusal) throw error;
    throw new Refusal(`broken Parquet: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function readColumns(
  file: AsyncBuffer,
  metadata: FileMetaData,
  described: SchemaTree[],
  rowStart: number,
  rowEnd: number,
): Promise<Map<string, Column>> {
  const [{ parquetRead }, { compressors }] = await libraries();
  const columns = new Map<string, unknown[]>(described.map((child) => [child.element.name, []]));
  if (!columns.size) return columns;
  await orRefuse(
    parquetRead({
      file,
      metadata,
      compressors,
      columns: [...columns.keys()],
      rowStart,
      rowEnd,
      utf8: false, // bytes that the file does not call text are none
      parsers: PARSERS,
      geoparquet: false,
      onChunk: ({ columnName, columnData }) => {
        const column = columns.get(columnName)!;
        for (let i = 0; i < columnData.length; i++) column.push(columnData[i]);
      },
    }),
  );
  for (const child of described) checkColumn(columns.get(child.element.name)!, child, rowEnd - rowStart);
  return columns;
}

/** Refuses a column that the library read though values are missing, and hides values that only look like numbers. */
function checkColumn(column: unknown[], { element, children }: SchemaTree, rows: number): void {
  // Null lists come as undefined.
  const holes = !children.length && column.includes(undefined);
  if (column.length !== rows || holes) throw new Refusal(`broken Parquet: column ${element.name} lacks values`);
  const annotation = element.logical_type?.type ?? element.converted_type;
  if (annotation === undefined || PLAIN.test(annotation)) return;
  column.forEach((value, row) => (column[row] = value === null || value === undefined ? null : { [annotation]: "" }));
}

function* rowsOf(columns: Map<string, Column>, extra: readonly string[], rows: number): Iterable<unknown> {
  const named = [...columns];
  const rest = extra.map((name) => [name, null] as const);
  for (let row = 0; row < rows; row++) {
    yield Object.fromEntries([...named.map(([name, values]) => [name, values[row]] as const), ...rest]);
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
function text(bytes: Uint8Array | undefined): string | undefined {
  try {
    return bytes && decoder.decode(bytes);
  } catch {
    throw new Refusal("text that is not UTF-8");
  }
}

/** Text as it stands, where the library would drop byte order marks, replace what is no UTF-8 and parse JSON. */
const PARSERS: Partial<ParquetParsers> = { stringFromBytes: text, jsonFromBytes: text };
