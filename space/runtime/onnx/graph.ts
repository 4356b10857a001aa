/** Reads the structure of an ONNX graph: its nodes, and the element types of its tensors, but none of their values. */

import { OdinError } from "../errors";
import { fields, LENGTH_DELIMITED, VARINT, type Field } from "./protobuf";

/** Element types, of `TensorProto.DataType` in onnx.proto. */
export const ELEMENT = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
} as const;

export interface OnnxNode {
  name: string;
  opType: string;
  /** Empty for ONNX's own operators. */
  domain: string;
  /** Names of tensors; empty for an optional one that is left out. */
  inputs: string[];
  outputs: string[];
  /** The attributes that are integers. */
  integers: Record<string, number>;
}

export interface OnnxValue {
  name: string;
  /** One of {@link ELEMENT}, or another of onnx.proto; 0 where the value is no tensor. */
  elementType: number;
}

export interface OnnxInitializer extends OnnxValue {
  dims: number[];
}

export interface OnnxGraph {
  nodes: OnnxNode[];
  initializers: OnnxInitializer[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
}

// Numbers of fields, of onnx.proto.
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, integer: 3 } as const;
const TENSOR = { dims: 1, dataType: 2, name: 8 } as const;
const VALUE = { name: 1, type: 2 } as const;
const TYPE_TENSOR = 1;
const TENSOR_ELEMENT = 1;

/**
 * The graph of an `.onnx` file, whose large weights may lie elsewhere (`externalize`).
 *
 * @throws OdinError `corrupt` when it is not an ONNX file.
 */
export function readGraph(model: Uint8Array): OnnxGraph {
  try {
    const graph = new Message(model, 0, model.length).messages(MODEL_GRAPH)[0];
    if (graph) {
      return {
        nodes: graph.messages(GRAPH.node).map(readNode),
        initializers: graph.messages(GRAPH.initializer).map(readInitializer),
        inputs: graph.messages(GRAPH.input).map(readValue),
        outputs: graph.messages(GRAPH.output).map(readValue),
      };
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new OdinError("corrupt", "The file with the model's graph is not an ONNX file. Export the model again.");
}

/** Element types by the tensors' names, by what the operators do that an exported ODIN consists of. */
export function elementTypes(graph: OnnxGraph): Map<string, number> {
  const types = new Map<string, number>();
  for (const { name, elementType } of [...graph.inputs, ...graph.initializers]) types.set(name, elementType);
  for (const node of graph.nodes) {
    node.outputs.forEach((name, i) => {
      const type = resultType(node, i, (input) => types.get(node.inputs[input] ?? ""));
      if (name !== "" && type !== undefined) types.set(name, type);
    });
  }
  return types;
}

function resultType(node: OnnxNode, output: number, input: (i: number) => number | undefined): number | undefined {
  switch (node.opType) {
    case "Cast":
      return node.integers["to"];
    case "Shape":
      return ELEMENT.int64;
    case "MatMulInteger":
      return ELEMENT.int32;
    case "DynamicQuantizeLinear":
      return output === 1 ? ELEMENT.float32 : ELEMENT.uint8;
    case "GatherBlockQuantized": // of which the third input, the scales, says in what it dequantises
      return input(2);
    case "LinearAttention":
    case "CausalConvWithState":
      return output === 1 ? input(3) : input(0);
    default:
      return input(0);
  }
}

function readNode(node: Message): OnnxNode {
  const integers: Record<string, number> = {};
  for (const attribute of node.messages(NODE.attribute)) {
    const [value] = attribute.integers(ATTRIBUTE.integer);
    if (value !== undefined) integers[attribute.text(ATTRIBUTE.name)] = value;
  }
  return {
    name: node.text(NODE.name),
    opType: node.text(NODE.opType),
    domain: node.text(NODE.domain),
    inputs: node.texts(NODE.input),
    outputs: node.texts(NODE.output),
    integers,
  };
}

function readInitializer(tensor: Message): OnnxInitializer {
  const [elementType = 0] = tensor.integers(TENSOR.dataType);
  return { name: tensor.text(TENSOR.name), elementType, dims: tensor.integers(TENSOR.dims) };
}

function readValue(value: Message): OnnxValue {
  const tensor = value.messages(VALUE.type)[0]?.messages(TYPE_TENSOR)[0];
  return { name: value.text(VALUE.name), elementType: tensor?.integers(TENSOR_ELEMENT)[0] ?? 0 };
}

/** The message at `[begin, end)` of a file, its fields by number. */
class Message {
  readonly #fields: Field[];

  constructor(
    readonly bytes: Uint8Array,
    begin: number,
    end: number,
  ) {
    this.#fields = [...fields((offset) => bytes[offset]!, begin, end)];
  }

  messages(number: number): Message[] {
    return this.#all(number, LENGTH_DELIMITED).map(({ begin, end }) => new Message(this.bytes, begin, end));
  }

  texts(number: number): string[] {
    const found = this.#all(number, LENGTH_DELIMITED);
    return found.map(({ begin, end }) => new TextDecoder().decode(this.bytes.subarray(begin, end)));
  }

  /** The last one, as protobuf has it for a field that is not repeated; empty when there is none. */
  text(number: number): string {
    return this.texts(number).at(-1) ?? "";
  }

  /** Integers of up to 53 bits, written one by one or packed into one field. */
  integers(number: number): number[] {
    const single = this.#all(number, VARINT);
    const packed = this.#all(number, LENGTH_DELIMITED);
    return [...single, ...packed].flatMap(({ begin, end }) => this.#varints(begin, end));
  }

  #varints(begin: number, end: number): number[] {
    const values: number[] = [];
    let [value, shift] = [0n, 0n];
    for (const byte of this.bytes.subarray(begin, end)) {
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte >= 0x80) continue;
      values.push(Number(BigInt.asIntN(64, value)));
      [value, shift] = [0n, 0n];
    }
    return values;
  }

  #all(number: number, wire: number): Field[] {
    return this.#fields.filter((field) => field.number === number && field.wire === wire);
  }
}
