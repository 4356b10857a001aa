/**
 * The safetensors format, of floats only: eight bytes with the header's length, a header of JSON, then the tensors one
 * after another. https://github.com/huggingface/safetensors#format
 *
 * Values are read and written in place, little-endian as in the file, which every engine of JavaScript is.
 */

import { isText } from "../canonical";
import { Checks } from "../checks";

const BYTES = { F32: 4, F16: 2, BF16: 2 } as const;
export type FloatType = keyof typeof BYTES;

/** A tensor as a file holds it. */
export interface StoredTensor {
  dtype: FloatType;
  shape: number[];
  /** A view of the file's bytes. */
  bytes: Uint8Array;
}

/** A tensor as programs compute with it: `data` row by row. */
export interface FloatTensor {
  shape: readonly number[];
  data: Float32Array;
}

/** Where a tensor's bytes are: from `begin` up to `end`, counted from the start of the file. */
export interface TensorEntry {
  name: string;
  dtype: FloatType;
  shape: number[];
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  entries: TensorEntry[];
  metadata: Record<string, string>;
  /** Where the first tensor begins. */
  dataStart: number;
}

const LENGTH_BYTES = 8;
// The limit of the format's own library.
const LONGEST_HEADER = 100_000_000;
// onnxruntime reads external data in place where it begins so.
const ALIGNMENT = 64;
const METADATA = "__metadata__";
const ENTRY_KEYS = { dtype: true, shape: true, data_offsets: true };
const STRING_OR_BRACKET = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gs;

const checks = new Checks("corrupt", "Give a file of safetensors as it was written");

/**
 * What the file says about its tensors.
 *
 * @param file whole
 * @throws OdinError `corrupt`, naming the tensor: lengths, types, shapes and places that contradict each other or the
 *   file, tensors that overlap or leave bytes between them, a name that comes twice, a type other than F32, F16, BF16
 */
export function readHeader(file: Uint8Array): SafetensorsHeader {
  if (file.length < LENGTH_BYTES) {
    throw checks.error(`a file of safetensors begins with ${LENGTH_BYTES} bytes of length; this has ${file.length}`);
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const dataStart = LENGTH_BYTES + length;
  if (length > LONGEST_HEADER || dataStart > file.length) {
    throw checks.error(`the header would have ${length} bytes, in a file of ${file.length}`);
  }
  const { [METADATA]: metadata = {}, ...tensors } = parseHeader(file.subarray(LENGTH_BYTES, dataStart));
  const entries = Object.entries(tensors).map(([name, value]) => parseEntry(name, value, dataStart));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = dataStart;
  for (const { name, begin, end } of entries) {
    if (begin !== expected) {
      const fault = begin < expected ? "overlaps with the one before" : `leaves ${begin - expected} bytes before it`;
      throw checks.error(`tensor '${name}' ${fault}`);
    }
    expected = end;
  }
  if (expected !== file.length) {
    throw checks.error(`the tensors end at byte ${expected}, and the file at ${file.length}`);
  }
  return { entries, metadata: parseMetadata(metadata), dataStart };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    throw checks.error(`the header is not JSON in UTF-8: ${(error as Error).message}`);
  }
  const members = checks.object(header, "the header");
  refuseTwice(text);
  return members;
}

/** JSON.parse would keep the last of two. */
function refuseTwice(json: string): void {
  const names = new Set<string>();
  let depth = 0;
  for (const [token, colon] of json.matchAll(STRING_OR_BRACKET)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (colon !== undefined && depth === 1) {
      const name = JSON.parse(token.slice(0, -colon.length)) as string;
      if (names.has(name)) throw checks.error(`tensor '${name}' comes twice`);
      names.add(name);
    }
  }
}

function parseEntry(name: string, value: unknown, dataStart: number): TensorEntry {
  const where = `tensor '${name}'`;
  const given = checks.members(value, ENTRY_KEYS, where);
  const dtype = checks.oneOf(given["dtype"], Object.keys(BYTES) as FloatType[], `dtype of ${where}`);
  const most = Number.MAX_SAFE_INTEGER;
  const shape = checks.list(given["shape"], `shape of ${where}`).map((size) => {
    return checks.integer(size, 0, most, `a size of ${where}`);
  });
  const offsets = checks.list(given["data_offsets"], `data_offsets of ${where}`).map((offset) => {
    return checks.integer(offset, 0, most - dataStart, `an offset of ${where}`);
  });
  const [from, to] = offsets;
  if (offsets.length !== 2) throw checks.expected("a begin and an end", offsets, `data_offsets of ${where}`);
  const bytes = shape.reduce((product, size) => product * size, BYTES[dtype]);
  if (to! - from! !== bytes) {
    throw checks.error(`${where}, ${dtype} [${shape.join(", ")}], takes ${bytes} bytes, not ${to! - from!}`);
  }
  return { name, dtype, shape, begin: dataStart + from!, end: dataStart + to! };
}

function parseMetadata(value: unknown): Record<string, string> {
  const metadata = checks.object(value, METADATA);
  for (const [key, text] of Object.entries(metadata)) {
    if (!isText(text)) throw checks.expected("a string", text, `${METADATA}.${key}`);
  }
  return metadata as Record<string, string>;
}

/** The tensors by name, in the order of their bytes, as views of the file. @throws OdinError as {@link readHeader} */
export function readSafetensors(file: Uint8Array): {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
} {
  const { entries, metadata } = readHeader(file);
  const tensors = entries.map(({ name, dtype, shape, begin, end }) => {
    return [name, { dtype, shape, bytes: file.subarray(begin, end) }] as const;
  });
  return { tensors: new Map(tensors), metadata };
}

/** A tensor's values: a copy, also where they are float32 already. Every float16 and bfloat16 is a float32 exactly. */
export function floats({ dtype, bytes }: StoredTensor): Float32Array {
  // It begins at a multiple of a number's size, where a view may not. `slice` of a Buffer of Node is a view too.
  const { buffer } = new Uint8Array(bytes);
  if (dtype === "F32") return new Float32Array(buffer);
  const halves = new Uint16Array(buffer);
  if (dtype === "F16") return Float32Array.from(halves, fromHalf);
  return new Float32Array(Uint32Array.from(halves, (bits) => bits << 16).buffer);
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * (1024 + fraction) * 2 ** (exponent - 25) : sign * fraction * 2 ** -24;
}

/**
 * A file of float32 tensors in the order given. Its data begin at a multiple of 64 bytes.
 *
 * @throws OdinError `corrupt` for a name that comes twice, or a shape that is not that of the values
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: FloatTensor]>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const all = [...tensors];
  const names = new Set([METADATA]);
  const header = metadata ? [`${JSON.stringify(METADATA)}:${JSON.stringify(metadata)}`] : [];
  let size = 0;
  for (const [name, { shape, data }] of all) {
    const count = shape.reduce((product, length) => product * length, 1);
    if (names.has(name)) throw checks.error(`tensor '${name}' comes twice`);
    if (count !== data.length) {
      throw checks.error(`tensor '${name}' of shape [${shape.join(", ")}] has ${data.length} values, not ${count}`);
    }
    names.add(name);
    const entry = { dtype: "F32", shape, data_offsets: [size, (size += data.byteLength)] };
    header.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const text = new TextEncoder().encode(`{${header.join(",")}}`);
  const dataStart = Math.ceil((LENGTH_BYTES + text.length) / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(dataStart + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(dataStart - LENGTH_BYTES), true);
  file.fill(0x20, LENGTH_BYTES, dataStart);
  file.set(text, LENGTH_BYTES);
  let place = dataStart;
  for (const [, { data }] of all) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), place);
    place += data.byteLength;
  }
  return file;
}
