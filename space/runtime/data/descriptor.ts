/**
 * A typed description of a dataset: the twin of data_chef/descriptor.py, with the same checks and the same id.
 * `data_chef/data/descriptor.schema.json` is its JSON Schema.
 */
import { canonicalJson, found, isText, sha256Hex } from "../canonical";
import { Checks } from "../checks";
import { OdinError } from "../errors";
import { NAME, requireRatios } from "../random";

const FIELD_TYPES = ["string", "int32", "int64", "float64", "bool", "list<string>"] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

const MODALITIES = ["text", "tabular"] as const;

/** One column: its name, its type, and whether every row has a value of it. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly required: boolean;
  readonly description: string;
}

/** What a dataset is. The names are those of its JSON. */
export interface DatasetDescriptor {
  readonly name: string;
  readonly version: string;
  readonly modality: (typeof MODALITIES)[number];
  readonly fields: readonly Field[];
  /** The share of each split, in parts of 10,000; together 10,000. */
  readonly splits: Readonly<Record<string, number>>;
  /** It was made with; from 0 to 2^53 - 1. */
  readonly seed: number;
  /** SPDX identifier. */
  readonly license: string;
  /** In hex, of its rows. */
  readonly content_sha256: string;
  /** The files of each split, in order, relative to the descriptor. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
}

/** What a field's values are: an int64 is a bigint where a number would not be exact, beyond 2^53 - 1. */
export interface FieldValues {
  string: string;
  int32: number;
  int64: number | bigint;
  float64: number;
  bool: boolean;
  "list<string>": string[];
}

type ValueOf<F extends Field> = FieldValues[F["type"]] | (F["required"] extends true ? never : null);

/** The type of a dataset's rows; a value of a field that is not required may be null. */
export type RowOf<D extends Pick<DatasetDescriptor, "fields">> = {
  [F in D["fields"][number] as F["name"]]: ValueOf<F>;
};

const DESCRIPTOR_KEYS = {
  name: true,
  version: true,
  modality: true,
  fields: true,
  splits: true,
  seed: true,
  license: true,
  content_sha256: true,
  files: false,
};
const FIELD_KEYS = { name: true, type: true, required: true, description: true };

/**
 * A descriptor written in a program, checked; its literal types give the rows theirs.
 *
 * ```ts
 * const sums = defineDataset({ ..., fields: [{ name: "level", type: "int32", required: true, description: "" }] });
 * type Sum = RowOf<typeof sums>; // { level: number }
 * ```
 *
 * @throws OdinError `bad-data`, naming the key
 */
export function defineDataset<const D extends DatasetDescriptor>(descriptor: D): D {
  parseDescriptor(descriptor);
  return descriptor;
}

/** The dataset's id: the sha256 of its canonical JSON, in hex, equal to Python's. */
export function descriptorId(descriptor: DatasetDescriptor): string {
  return sha256Hex(canonicalJson(parseDescriptor(descriptor)));
}

const checks = new Checks(
  "bad-data",
  "A descriptor is written by `python -m data_chef descriptor CORPUS`, or after the type DatasetDescriptor",
);

/**
 * A descriptor from JSON, as text or bytes of UTF-8 or already parsed.
 *
 * @throws OdinError `bad-data`, naming the key, when it is not one
 */
export function parseDescriptor(source: string | Uint8Array | object): DatasetDescriptor {
  const value = typeof source === "string" || source instanceof Uint8Array ? parseJson(source) : source;
  const given = checks.members(value, DESCRIPTOR_KEYS, "a descriptor");
  for (const key of ["name", "version", "license"]) checks.text(given[key], key);
  checks.oneOf(given.modality, MODALITIES, "modality");
  const fields = checks.list(given.fields, "fields").map(parseField);
  const twice = fields.find((field, index) => fields.findIndex((other) => other.name === field.name) !== index);
  if (twice) throw checks.error(`field '${twice.name}' is described twice`);
  if (!fields.length) throw checks.error("fields must not be empty");
  requireRatios(given.splits);
  checks.integer(given.seed, 0, Number.MAX_SAFE_INTEGER, "seed");
  checks.hex(given.content_sha256, 64, "content_sha256");
  if (Object.hasOwn(given, "files")) requireFiles(given.files, Object.keys(given.splits));
  return { ...(given as unknown as DatasetDescriptor), fields };
}

function parseField(value: unknown): Field {
  const { name, type, required, description } = checks.members(value, FIELD_KEYS, "a field");
  if (typeof name !== "string" || !NAME.test(name)) {
    throw checks.expected("letters, digits and _ . -", name, "name of a field");
  }
  if (typeof required !== "boolean") throw checks.expected("true or false", required, `required of field '${name}'`);
  if (!isText(description)) throw checks.expected("a string", description, `description of field '${name}'`);
  return { name, type: checks.oneOf(type, FIELD_TYPES, `type of field '${name}'`), required, description };
}

function requireFiles(files: unknown, splits: readonly string[]): void {
  for (const [split, paths] of Object.entries(checks.object(files, "files"))) {
    checks.oneOf(split, splits, "split in files");
    for (const given of checks.list(paths, `files of ${split}`)) {
      const path = checks.text(given, `path in files of ${split}`);
      if (path.startsWith("/") || path.includes("\\") || path.split("/").includes("..")) {
        throw checks.error(`path in files of ${split} must lead from the descriptor downwards, not ${found(path)}`);
      }
    }
  }
}

function parseJson(source: string | Uint8Array): unknown {
  try {
    const text = typeof source === "string" ? source : new TextDecoder("utf-8", { fatal: true }).decode(source);
    const value: unknown = JSON.parse(text);
    requireIntegers(text);
    return value;
  } catch (error) {
    if (error instanceof OdinError) throw error;
    throw checks.error(`a descriptor must be JSON in UTF-8, and this is not: ${(error as Error).message}`);
  }
}

/** Refuses `1.0` and `1e3`, which canonical JSON does not have, though JavaScript takes them for integers. */
function requireIntegers(json: string): void {
  let key = "";
  for (const [token, text] of json.matchAll(/"((?:[^"\\]|\\.)*)"|-?\d[\d.eE+-]*/g)) {
    if (text !== undefined) key = text;
    else if (/[.eE]/.test(token) && Number.isInteger(Number(token))) {
      throw checks.error(`${key} must be an integer without a fraction or an exponent, not number ${token}`);
    }
  }
}
