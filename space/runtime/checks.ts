/** Checks of values that were read from JSON, in messages that name the place. */

import { found, isText } from "./canonical";
import { unknown } from "./data/unknown";
import { OdinError, type OdinErrorCode } from "./errors";

export type Members = Record<string, unknown>;

/** What a value at `where` has to be; everything else raises an OdinError of one code. */
export class Checks {
  /** @param advice ends every message: what to do */
  constructor(
    readonly code: OdinErrorCode,
    readonly advice: string,
  ) {}

  error(message: string): OdinError {
    return new OdinError(this.code, `${message}. ${this.advice}`);
  }

  expected(expected: string, value: unknown, where: string): OdinError {
    return this.error(`${where} must be ${expected}, not ${found(value)}`);
  }

  object(value: unknown, where: string): Members {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
    throw this.expected("an object", value, where);
  }

  /** An object of just these keys; true marks those that must be there. */
  members(value: unknown, keys: Readonly<Record<string, boolean>>, where: string): Members {
    const given = this.object(value, where);
    for (const key of Object.keys(given)) {
      if (!Object.hasOwn(keys, key)) throw this.error(unknown(`key of ${where}`, key, Object.keys(keys)));
    }
    this.require(given, Object.keys(keys).filter((key) => keys[key]), where);
    return given;
  }

  require(given: Members, keys: readonly string[], where: string): void {
    const missing = keys.filter((key) => !Object.hasOwn(given, key));
    if (missing.length) throw this.error(`${where} lacks ${missing.join(", ")}`);
  }

  /** What JSON text holds. */
  json(text: string, where: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.error(`${where} is not JSON: ${(error as Error).message}`);
    }
  }

  /** An object of values that are alike. */
  each<T>(value: unknown, parse: (item: unknown, where: string) => T, where: string): Record<string, T> {
    const entries = Object.entries(this.object(value, where));
    return Object.fromEntries(entries.map(([key, item]) => [key, parse(item, `${where}.${key}`)]));
  }

  list(value: unknown, where: string): unknown[] {
    if (Array.isArray(value)) return value;
    throw this.expected("a list", value, where);
  }

  /** A string that UTF-8 can hold and that is not empty. */
  text(value: unknown, where: string): string {
    if (isText(value) && value) return value;
    throw this.expected("a string that is not empty", value, where);
  }

  textOrNull(value: unknown, where: string): string | null {
    return value === null ? null : this.text(value, where);
  }

  boolean(value: unknown, where: string): boolean {
    if (typeof value === "boolean") return value;
    throw this.expected("true or false", value, where);
  }

  oneOf<T extends string>(value: unknown, known: readonly T[], where: string): T {
    if (known.includes(value as T)) return value as T;
    if (typeof value === "string") throw this.error(unknown(where, value, known));
    throw this.expected(`one of ${known.join(", ")}`, value, where);
  }

  /** A sha256 (64 digits) or a commit (40), in lower-case hex. */
  hex(value: unknown, digits: number, where: string): string {
    if (typeof value === "string" && value.length === digits && /^[0-9a-f]*$/.test(value)) return value;
    throw this.expected(`${digits} digits of lower-case hex`, value, where);
  }

  /** A finite number, where it is said at least or above another. */
  number(value: unknown, where: string, { least, above }: { least?: number; above?: number } = {}): number {
    const number = Number.isFinite(value) ? (value as number) : NaN;
    if (number >= (least ?? -Infinity) && number > (above ?? -Infinity)) return number;
    const kind = least === undefined && above === undefined ? "finite number" : "number";
    const limit = above !== undefined ? ` above ${above}` : least !== undefined ? ` of at least ${least}` : "";
    throw this.expected(`a ${kind}${limit}`, value, where);
  }

  integer(value: unknown, least: number, most: number, where: string): number {
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} to 2^53 - 1` : `${least} to ${most}`;
    throw this.expected(`an integer from ${range}`, value, where);
  }
}
