/** Splits an `.onnx` file into its graph, which is small, and its weights, which are read out of the file in place. */

import { OdinError } from "../errors";
import type { Pieces, Range } from "./pieces";
import { fields, LENGTH_DELIMITED, Writer, type Field } from "./protobuf";

// Numbers of fields, of onnx.proto.
const MODEL = { graph: 7 } as const;
const GRAPH = { initializer: 5 } as const;
const TENSOR = { name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const;
const ENTRY = { key: 1, value: 2 } as const;
const EXTERNAL = 1;

/** Smaller tensors, in bytes, stay in the graph: some onnxruntime reads while it simplifies, and not from outside. */
const SMALLEST = 1 << 17;

/** A tensor's name, and where its bytes are. */
export interface TensorRange extends Range {
  name: string;
}

export interface Externalized {
  graph: Uint8Array<ArrayBuffer>;
  /** What is no longer in the graph, in the order of the file. */
  tensors: TensorRange[];
}

/**
 * The graph of an `.onnx` file without its large tensors, which become references to "external data": to ranges of the
 * file itself under the name `location`. onnxruntime then copies each tensor from there into its own memory, once. Of
 * one whole file it would first copy the file, then copy all tensors out of that, and then copy them again.
 *
 * @throws OdinError `corrupt` when it is not an ONNX file.
 */
export function externalize(file: Pieces, location: string): Externalized {
  const byteAt = reader(file);
  const tensors: TensorRange[] = [];
  // What a message becomes when each of its fields goes through `edit`, which writes it or leaves it to be copied.
  const rewrite = (begin: number, end: number, edit: (field: Field, writer: Writer) => boolean): Writer => {
    const writer = new Writer();
    for (const field of fields(byteAt, begin, end)) {
      if (!edit(field, writer)) writer.raw(file.read({ begin: field.start, end: field.end }).slice());
    }
    return writer;
  };
  const nameOf = ({ begin, end }: Field): string => {
    for (const field of fields(byteAt, begin, end)) {
      if (field.number === TENSOR.name) return new TextDecoder().decode(file.read(field));
    }
    return "";
  };
  const tensor = (message: Field) =>
    rewrite(message.begin, message.end, ({ number, begin, end }, writer) => {
      if (number !== TENSOR.rawData || end - begin < SMALLEST) return false;
      for (const [key, value] of Object.entries({ location, offset: begin, length: end - begin })) {
        writer.bytes(TENSOR.externalData, new Writer().text(ENTRY.key, key).text(ENTRY.value, String(value)).finish());
      }
      writer.varint(TENSOR.dataLocation, EXTERNAL);
      tensors.push({ name: nameOf(message), begin, end });
      return true;
    });
  let graphs = 0;
  const inside =
    (wanted: number, inner: (field: Field) => Writer) =>
    (field: Field, writer: Writer): boolean => {
      if (field.number !== wanted || field.wire !== LENGTH_DELIMITED) return false;
      writer.bytes(wanted, inner(field).finish());
      return true;
    };
  const graph = ({ begin, end }: Field) => {
    graphs++;
    return rewrite(begin, end, inside(GRAPH.initializer, tensor));
  };
  try {
    const model = rewrite(0, file.byteLength, inside(MODEL.graph, graph)).finish();
    if (graphs === 1) return { graph: model, tensors };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new OdinError("corrupt", "The file with the weights is not an ONNX file. Export the model again.");
}

/** Reads single bytes by way of a window, since each look for a piece takes time. */
function reader(file: Pieces): (offset: number) => number {
  let [window, from] = [new Uint8Array(), 0];
  return (offset) => {
    if (offset < from || offset >= from + window.length) {
      from = offset;
      window = file.read({ begin: offset, end: Math.min(file.byteLength, offset + 4096) });
    }
    return window[offset - from]!;
  };
}
