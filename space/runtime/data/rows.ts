/** Values that were read, checked against the fields of a descriptor and converted to their types. */
import { found, isText } from "../canonical";
import type { DatasetDescriptor, FieldType } from "./descriptor";
import { unknown } from "./unknown";

/** What is wrong with a row; whoever knows the file and the row's number says them. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

/** Of one row of JSON, or one cell of CSV, in characters. */
export const LONGEST = 2 ** 26;
/** Levels of lists and objects in a row of JSON. Python's decoder stops a little before 1,000. */
export const DEEPEST = 900;

/** As JSON and Python's descriptor write an int64 in text. */
const INTEGER = /^-?(0|[1-9][0-9]{0,18})$/;
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

/**
 * The row that a value stands for: the descriptor's fields, in its order, null where a value may be missing.
 *
 * @param refuseExtra whether a key that is no field is an error; else it is dropped
 * @throws Refusal, naming the field
 */
export function toRow(value: unknown, { fields }: DatasetDescriptor, refuseExtra: boolean): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal(`expected an object, found ${found(value)}`);
  }
  if (refuseExtra) {
    const names = fields.map((field) => field.name);
    const extra = Object.keys(value).find((key) => !names.includes(key));
    if (extra !== undefined) throw new Refusal(unknown("column", extra, names));
  }
  const entries = fields.map(({ name, type, required }) => {
    const given: unknown = Object.hasOwn(value, name) ? value[name as keyof typeof value] : undefined;
    const converted = given === null || given === undefined ? null : convert(given, type);
    if (converted === null && (required || (given !== null && given !== undefined))) {
      throw new Refusal(`expected ${type}, found ${found(given)}`, name);
    }
    return [name, converted] as const;
  });
  // Not by assignment: a field may be called __proto__.
  return Object.fromEntries(entries);
}

/** The value as this type, or null when it is of another. */
function convert(value: unknown, type: FieldType): unknown {
  switch (type) {
    case "string":
      return isText(value) ? value : null;
    case "list<string>":
      return Array.isArray(value) && value.every(isText) ? value : null;
    case "bool":
      return typeof value === "boolean" ? value : null;
    case "float64":
      return (typeof value === "number" || typeof value === "bigint") && Number.isFinite(Number(value))
        ? Number(value)
        : null;
    case "int32":
      return integer(value, 32);
    case "int64":
      return integer(typeof value === "string" ? digits(value) : value, 64);
  }
}

/** An integer of that many bits, as a number where that is exact, and never -0. */
function integer(value: unknown, bits: 32 | 64): number | bigint | null {
  if (typeof value === "bigint") {
    if (Number.isSafeInteger(Number(value))) return integer(Number(value), bits);
    return BigInt.asIntN(bits, value) === value ? value : null;
  }
  // A number beyond 2^53 - 1 may have been another one in the file.
  if (!Number.isSafeInteger(value)) return null;
  const limit = 2 ** (bits - 1);
  return (value as number) >= -limit && (value as number) < limit ? (value as number) + 0 : null;
}

function digits(text: string): bigint | null {
  return INTEGER.test(text) ? BigInt(text) : null;
}

/** The value that a cell of CSV stands for; text that stands for none stays as it is. */
export function cellValue(text: string, type: FieldType): unknown {
  if (type === "string") return text;
  if (text === "") return null;
  if (type === "int32" || type === "int64") return digits(text) ?? text;
  if (type === "float64") return NUMBER.test(text) ? Number(text) : text;
  if (type === "bool") return text === "true" || (text === "false" ? false : text);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
