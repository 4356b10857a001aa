/**
 * JSON as Python's `json` module reads and writes it, for hashes that Python computes of what it has read: there `1`
 * and `1.0` are two values, written differently, and integers are exact up to 4300 digits.
 */

/** A JSON value whose integers are bigints; a number is what Python reads as a float. */
export type Json = null | boolean | bigint | number | string | Json[] | { [key: string]: Json };

const DEEPEST = 200;
// Python reads no longer integer, for the time that it would take.
const MOST_DIGITS = 4300;
// NaN and the infinities are Python's addition to JSON.
const STRING_OR_NUMBER =
  /"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity|NaN/gs;

/**
 * Reads a JSON text. Of a key that comes twice the last value holds. Objects have no prototype.
 *
 * @throws SyntaxError when it is not JSON, nested deeper than 200 levels, or has an integer of more than 4300 digits
 */
export function parseJson(text: string): Json {
  // JavaScript's parser would forget how a number was written, so numbers reach it as strings, and all are marked.
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`,
  );
  let value: unknown;
  try {
    value = JSON.parse(marked);
  } catch (error) {
    JSON.parse(text); // for words about the text as it is
    throw error;
  }
  return unmark(value, 0);
}

function unmark(value: unknown, depth: number): Json {
  if (depth > DEEPEST) throw new SyntaxError(`it is nested deeper than ${DEEPEST} levels`);
  if (typeof value === "string") {
    const token = value.slice(1);
    if (value.startsWith("s")) return token;
    if (!/^-?\d+$/.test(token)) return Number(token);
    if (token.replace("-", "").length > MOST_DIGITS) {
      throw new SyntaxError(`it has an integer of more than ${MOST_DIGITS} digits`);
    }
    return BigInt(token);
  }
  if (Array.isArray(value)) return value.map((inner) => unmark(inner, depth + 1));
  if (typeof value !== "object" || value === null) return value as null | boolean;
  const members = Object.create(null) as { [key: string]: Json };
  for (const [key, inner] of Object.entries(value)) {
    if (!key.startsWith("s")) throw new SyntaxError(`the key ${key.slice(1)} is not in quotation marks`);
    members[key.slice(1)] = unmark(inner, depth + 1);
  }
  return members;
}

/** What Python's `json.dumps(value, sort_keys=True)` writes: all ASCII, keys in the order of their code points. */
export function pythonJson(value: Json): string {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number") return pythonFloat(value);
  if (typeof value === "string") return asciiString(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  const keys = Object.keys(value).sort(byCodePoints);
  return `{${keys.map((key) => `${asciiString(key)}: ${pythonJson(value[key]!)}`).join(", ")}}`;
}

/** Python's `repr` of a float: the same shortest digits as JavaScript's, in another layout. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const digits = mantissa.replace(/[-.]/g, "");
  if (power < -4 || power >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const places = String(Math.abs(power)).padStart(2, "0");
    return `${sign}${digits[0]}${fraction}e${power < 0 ? "-" : "+"}${places}`;
  }
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, "0");
  return `${sign}${whole}.${digits.slice(power + 1) || "0"}`;
}

function asciiString(text: string): string {
  // JSON.stringify leaves what is beyond ASCII, and DEL, as it is.
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Unlike JavaScript's own order, which is that of UTF-16's units. */
function byCodePoints(a: string, b: string): number {
  const left = Array.from(a, (character) => character.codePointAt(0)!);
  const right = Array.from(b, (character) => character.codePointAt(0)!);
  const differs = left.findIndex((point, i) => point !== right[i]);
  return differs < 0 ? left.length - right.length : left[differs]! - (right[differs] ?? -1);
}
