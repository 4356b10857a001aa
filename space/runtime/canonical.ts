/**
 * The one way to write a value as JSON, so that its hash is the same in every language: RFC 8785 without fractions.
 * The same as `canonical_json` of data_chef/descriptor.py.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import { OdinError } from "./errors";

const LONE_SURROGATE = /\p{Surrogate}/u;
const BEYOND_ASCII = /[^\0-\x7f]/;

/** Whether it is a string that UTF-8 can hold: half a surrogate pair cannot be written. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && !LONE_SURROGATE.test(value);
}

/** A value, and what it is, in the words of an error message. */
export function found(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (typeof value === "number") return `${Number.isInteger(value) ? "integer" : "number"} ${value}`;
  if (typeof value === "bigint") return `integer ${value}`;
  if (typeof value === "boolean") return `bool ${value}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  const kind = typeof value === "object" ? (Array.isArray(value) ? "list" : "object") : typeof value;
  const shown = JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner)) ?? "";
  return `${kind} ${shown.length <= 60 ? shown : `${shown.slice(0, 57)}...`}`;
}

/**
 * Canonical JSON: no spaces, keys sorted, strings escaped only where JSON demands it, no numbers but safe integers.
 *
 * @param value null, booleans, integers within 2^53 - 1, strings, and arrays and plain objects of these
 * @throws OdinError `bad-data` for a number that has several forms, a string that UTF-8 cannot hold, a key beyond
 *   ASCII (languages differ in how they sort these), and whatever JSON does not have
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (Number.isSafeInteger(value)) return String(value);
  if (isText(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(",")}]`;
  if (isPlain(value)) {
    const members = Object.keys(value).sort().map((key) => {
      if (BEYOND_ASCII.test(key)) {
        throw new OdinError("bad-data", `canonical JSON has keys of ASCII, not ${found(key)}`);
      }
      return `${JSON.stringify(key)}:${canonicalJson(value[key])}`;
    });
    return `{${members.join(",")}}`;
  }
  const expected = "canonical JSON has integers within 2^53 - 1 and strings of UTF-8";
  throw new OdinError("bad-data", `${expected}, not ${found(value)}`);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * The sha256, in hex, of bytes or of a text's UTF-8.
 *
 * @throws OdinError `bad-data` for a string that UTF-8 cannot hold
 */
export function sha256Hex(content: Uint8Array | string): string {
  if (typeof content !== "string") return bytesToHex(sha256(content));
  if (!isText(content)) throw new OdinError("bad-data", `cannot be written as UTF-8: ${found(content)}`);
  return bytesToHex(sha256(new TextEncoder().encode(content)));
}
