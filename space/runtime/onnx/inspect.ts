/** Reads out of a graph in which precision it computes and stores. */

import type { PrecisionPolicy } from "../precision";
import { ELEMENT, elementTypes, readGraph, type OnnxGraph, type OnnxNode } from "./graph";

const PRODUCTS = new Set(["MatMul", "MatMulNBits", "MatMulInteger"]);
/** They take their input over into the numbers of a product: what lies before them belongs to something else. */
const BORDERS = new Set([...PRODUCTS, "DynamicQuantizeLinear"]);
const RECURRENCES = new Set(["LinearAttention", "CausalConvWithState"]);
const NORM = /Normalization$|^Reduce/;
const FORMATS = new Map<number, string>([
  ...Object.entries(ELEMENT).map(([name, type]) => [type, name] as const),
  [ELEMENT.uint8, "int8"], // quantised weights are unsigned for onnxruntime's sake
  [ELEMENT.uint4, "int4"],
]);
const FLOATS = new Set<number>([ELEMENT.float32, ELEMENT.float16, ELEMENT.bfloat16]);

/**
 * What the graph of an exported file really does. Its large weights may lie outside of it (`externalize`).
 *
 * @throws OdinError `corrupt` when it is not an ONNX file.
 */
export function inspectPrecision(model: Uint8Array): PrecisionPolicy {
  return new Inspection(readGraph(model)).policy();
}

class Inspection {
  readonly #types: Map<string, number>;
  readonly #producers = new Map<string, OnnxNode>();
  readonly #readers = new Map<string, OnnxNode[]>();
  /** Numbers of elements of the initializers. */
  readonly #sizes: Map<string, number>;

  constructor(readonly graph: OnnxGraph) {
    this.#types = elementTypes(graph);
    this.#sizes = new Map(graph.initializers.map(({ name, dims }) => [name, dims.reduce((a, b) => a * b, 1)]));
    for (const node of graph.nodes) {
      // An empty name is that of an optional tensor that is left out.
      for (const name of node.outputs.filter(Boolean)) this.#producers.set(name, node);
      for (const name of node.inputs.filter(Boolean)) {
        this.#readers.set(name, [...(this.#readers.get(name) ?? []), node]);
      }
    }
  }

  policy(): PrecisionPolicy {
    const { nodes, inputs, outputs } = this.graph;
    const products = nodes.filter((node) => PRODUCTS.has(node.opType) && this.#weights(node) !== undefined);
    const head = this.#before("logits").find((node) => products.includes(node));
    const layers = products.filter((node) => node !== head);
    const heads = head ? [head] : [];
    const mixing = this.#timeMixing();
    const [inside, outside]: [OnnxNode[], OnnxNode[]] = [[], []];
    for (const node of nodes) if (node.opType !== "Cast") (mixing.has(node) ? inside : outside).push(node);
    const touched = (group: OnnxNode[]) => group.flatMap((node) => this.#floats([...node.inputs, ...node.outputs]));
    const declared = (...names: string[]) =>
      [...inputs, ...outputs]
        .filter((value) => names.some((name) => value.name === name || value.name.startsWith(`${name}.`)))
        .map((value) => value.elementType);
    return {
      embedding_weights: formats([this.#table()]),
      projection_weights: formats(layers.map((node) => this.#weights(node))),
      head_weights: formats(heads.map((node) => this.#weights(node))),
      projections: formats(layers.map((node) => this.#types.get(node.inputs[0]!))),
      head: formats(heads.map((node) => this.#types.get(node.inputs[0]!))),
      activations: formats(outside.flatMap((node) => this.#floats(node.outputs))),
      norms: formats(nodes.filter((node) => NORM.test(node.opType)).map((node) => this.#statistics(node))),
      convolution: formats(touched(this.#convolutions())),
      recurrence: formats(touched(inside)),
      conv_state: formats(declared("past_conv", "present_conv")),
      recurrent_state: formats(declared("past_recurrent", "present_recurrent")),
      logits: formats(declared("logits")),
    };
  }

  /** Stored type of a product's weights, of the largest tensor that they are made of; undefined for other factors. */
  #weights(product: OnnxNode): number | undefined {
    return product.integers["bits"] ? integer(product.integers["bits"]) : this.#stored(product.inputs[1] ?? "");
  }

  /** Stored type of the table that token ids are looked up in. */
  #table(): number | undefined {
    const lookups = (this.#readers.get("input_ids") ?? []).filter((node) => node.opType.startsWith("Gather"));
    const size = (node: OnnxNode) => this.#sizes.get(this.#largest(node.inputs[0]!) ?? "") ?? 0;
    // An int8 table is three: of bytes, of scales and of zero points.
    const [table] = lookups.sort((a, b) => size(b) - size(a));
    if (table?.opType === "GatherBlockQuantized") return integer(table.integers["bits"] ?? 4);
    return table && this.#stored(table.inputs[0]!);
  }

  #stored(name: string): number | undefined {
    return this.#types.get(this.#largest(name) ?? "");
  }

  /** Name of the largest initializer that a tensor is made of; undefined when an input of the graph goes into it. */
  #largest(name: string): string | undefined {
    if (this.#sizes.has(name)) return name;
    const sources = this.#producers.get(name)?.inputs.filter(Boolean).map((input) => this.#largest(input));
    if (!sources?.length || sources.includes(undefined)) return undefined;
    return sources.reduce((a, b) => (this.#sizes.get(b!)! > this.#sizes.get(a!)! ? b : a));
  }

  /** The nodes that lead to a tensor, nearest first. */
  #before(name: string): OnnxNode[] {
    const found = new Set<OnnxNode>();
    const add = (tensor: string) => {
      const node = this.#producers.get(tensor);
      if (node) found.add(node);
    };
    add(name);
    for (const node of found) node.inputs.forEach(add);
    return [...found];
  }

  /** The nodes connected with a recurrence or a convolution by paths on which there is no product. */
  #timeMixing(): Set<OnnxNode> {
    const reached = new Set(this.graph.nodes.filter((node) => RECURRENCES.has(node.opType)));
    for (const node of reached) {
      const producers = node.inputs.map((name) => this.#producers.get(name));
      const readers = node.outputs.flatMap((name) => this.#readers.get(name) ?? []);
      for (const next of [...producers, ...readers]) if (next && !BORDERS.has(next.opType)) reached.add(next);
    }
    return reached;
  }

  /** The nodes that read the convolution's state. */
  #convolutions(): OnnxNode[] {
    const readers = (name: string): OnnxNode[] =>
      (this.#readers.get(name) ?? []).flatMap((node) => (node.opType === "Cast" ? readers(node.outputs[0]!) : [node]));
    return this.graph.inputs.filter(({ name }) => name.startsWith("past_conv.")).flatMap(({ name }) => readers(name));
  }

  /** In what a norm sums up squares: what it says, or the float32 of onnxruntime's kernels; else in what it reads. */
  #statistics(norm: OnnxNode): number | undefined {
    if (norm.opType.startsWith("Reduce")) return this.#floats(norm.inputs)[0];
    return norm.integers["stash_type"] ?? ELEMENT.float32;
  }

  #floats(names: string[]): number[] {
    return names.map((name) => this.#types.get(name) ?? 0).filter((type) => FLOATS.has(type));
  }
}

function integer(bits: number): number {
  return bits === 4 ? ELEMENT.int4 : ELEMENT.int8;
}

function formats(types: (number | undefined)[]): string {
  const known = types.filter((type) => type !== undefined);
  const names = new Set(known.map((type) => FORMATS.get(type) ?? `ONNX type ${type}`));
  return [...names].sort().join(", ") || "none";
}
