/** Which tensors of a graph lie in another file: ONNX's "external data". */

import type { TensorRange } from "./externalize";
import { fields, LENGTH_DELIMITED, type Field } from "./protobuf";

// Numbers of fields, of onnx.proto.
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR = { name: 8, externalData: 13 } as const;
const ENTRY = { key: 1, value: 2 } as const;

/** The initializers that lie in the file that the graph calls `location`, in the order of that file. */
export function references(graph: Uint8Array, location: string): TensorRange[] {
  const inside = (begin: number, end: number, number: number): Field[] =>
    [...fields((at) => graph[at]!, begin, end)].filter((f) => f.number === number && f.wire === LENGTH_DELIMITED);
  const text = ({ begin, end }: Field) => new TextDecoder().decode(graph.subarray(begin, end));
  const found: TensorRange[] = [];
  for (const model of inside(0, graph.length, MODEL_GRAPH)) {
    for (const tensor of inside(model.begin, model.end, GRAPH_INITIALIZER)) {
      const entries = inside(tensor.begin, tensor.end, TENSOR.externalData).map(({ begin, end }) => {
        return [text(inside(begin, end, ENTRY.key)[0]!), text(inside(begin, end, ENTRY.value)[0]!)] as const;
      });
      const place = new Map(entries);
      if (place.get("location") !== location) continue;
      const begin = Number(place.get("offset") ?? 0);
      const name = inside(tensor.begin, tensor.end, TENSOR.name).map(text)[0] ?? "";
      found.push({ name, begin, end: begin + Number(place.get("length")) });
    }
  }
  return found.sort((a, b) => a.begin - b.begin);
}
