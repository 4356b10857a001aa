/** As much of the protobuf wire format as editing an ONNX file takes. Source: protobuf.dev, "Encoding". */

/** One field of a message: its number, wire type, and where its value lies. */
export interface Field {
  number: number;
  wire: number;
  /** Where its tag begins; what lies from here to `end` is the field as it was written. */
  start: number;
  /** Of the value; for LENGTH_DELIMITED without the length before it. */
  begin: number;
  end: number;
  /** Of a VARINT, which may be any 64-bit integer but is only read as one that a number holds. */
  value: number;
}

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED32 = 5;

/** Reads single bytes at any place of a file. */
export type ByteAt = (offset: number) => number;

/**
 * The fields of the message at `[begin, end)`, values unread.
 *
 * @throws RangeError when it is no protobuf, or ends too early.
 */
export function* fields(byteAt: ByteAt, begin: number, end: number): Generator<Field> {
  let at = begin;
  const varint = () => {
    let [value, factor] = [0, 1];
    for (;;) {
      if (at >= end || factor > 2 ** 63) throw new RangeError(`no protobuf message: an endless number at byte ${at}`);
      const byte = byteAt(at++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  };
  while (at < end) {
    const start = at;
    const tag = varint();
    const field = { number: Math.floor(tag / 8), wire: tag % 8, start, begin: at, end: at, value: 0 };
    if (field.wire === VARINT) field.value = varint();
    else if (field.wire === LENGTH_DELIMITED) {
      const length = varint();
      field.begin = at;
      at += length;
    } else if (field.wire === FIXED64) at += 8;
    else if (field.wire === FIXED32) at += 4;
    else throw new RangeError(`no protobuf message: wire type ${field.wire} at byte ${start}`);
    if (field.number === 0 || at > end) throw new RangeError(`no protobuf message: a field ends outside, at ${at}`);
    field.end = at;
    yield field;
  }
}

/** Puts a message together. */
export class Writer {
  readonly #parts: Uint8Array[] = [];
  length = 0;

  /** Bytes that are whole fields already. */
  raw(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.length += bytes.length;
    return this;
  }

  varint(number: number, value: number): this {
    return this.raw(encodeVarint(number * 8 + VARINT)).raw(encodeVarint(value));
  }

  bytes(number: number, value: Uint8Array): this {
    return this.raw(encodeVarint(number * 8 + LENGTH_DELIMITED)).raw(encodeVarint(value.length)).raw(value);
  }

  text(number: number, value: string): this {
    return this.bytes(number, new TextEncoder().encode(value));
  }

  finish(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

function encodeVarint(value: number): Uint8Array {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) + 0x80);
  bytes.push(value);
  return Uint8Array.from(bytes);
}
