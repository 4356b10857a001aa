import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { OdinError } from "../runtime/errors";
import { externalize } from "../runtime/onnx/externalize";
import { readGraph } from "../runtime/onnx/graph";
import { inspectPrecision } from "../runtime/onnx/inspect";
import { Pieces } from "../runtime/onnx/pieces";
import { Writer } from "../runtime/onnx/protobuf";
import { assertPrecision, OP_GROUPS, PRECISION, type OpGroup } from "../runtime/precision";
import { DTYPE_SUFFIX, type Dtype } from "../runtime/protocol";

const FOLDER = new URL("../public/models/odin-nano/onnx/", import.meta.url);
const DTYPES = Object.keys(PRECISION) as Dtype[];
const exported = DTYPES.every((dtype) => existsSync(new URL(`model${DTYPE_SUFFIX[dtype]}.onnx`, FOLDER)));

function read(dtype: Dtype): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`model${DTYPE_SUFFIX[dtype]}.onnx`, FOLDER)));
}

describe("what is promised", () => {
  test("is float32 wherever float16 and integers were found to be unsafe", () => {
    const safe: OpGroup[] = ["norms", "convolution", "recurrence", "conv_state", "recurrent_state", "logits"];
    const formats = DTYPES.flatMap((dtype) => safe.map((group) => PRECISION[dtype][group]));
    expect(new Set(formats)).toEqual(new Set(["float32"]));
  });

  test("differs for every two files", () => {
    expect(new Set(DTYPES.map((dtype) => JSON.stringify(PRECISION[dtype]))).size).toBe(DTYPES.length);
  });
});

describe("a mismatch", () => {
  test("is named with what was promised and what was found", () => {
    const found = { ...PRECISION.q4f16, recurrence: "float16, float32", head_weights: "float16" };
    expect(() => assertPrecision(PRECISION.q4f16, found)).toThrow(OdinError);
    try {
      assertPrecision(PRECISION.q4f16, found);
    } catch (error) {
      const { code, message } = error as OdinError;
      expect(code).toBe("precision");
      expect(message).toContain(`recurrence (${OP_GROUPS.recurrence}): promised float32, found float16, float32`);
      expect(message).toContain("promised int8, found float16");
      expect(message).not.toContain("logits");
    }
  });
});

describe.skipIf(!exported)("the exported odin-nano", () => {
  const found = new Map(exported ? DTYPES.map((dtype) => [dtype, inspectPrecision(read(dtype))] as const) : []);

  test.each(DTYPES)("%s does what it promises", (dtype) => {
    expect(found.get(dtype)).toEqual(PRECISION[dtype]);
    assertPrecision(PRECISION[dtype], found.get(dtype)!);
  });

  test("is seen in the same way without its large weights", () => {
    for (const dtype of DTYPES) {
      const { graph } = externalize(new Pieces([read(dtype)]), "weights");
      expect(inspectPrecision(graph)).toEqual(found.get(dtype));
    }
  });

  test("is caught under any wrong name", () => {
    for (const [dtype, policy] of found) {
      for (const other of DTYPES) {
        const check = () => assertPrecision(PRECISION[other], policy);
        if (other === dtype) check();
        else expect(check, `${dtype} as ${other}`).toThrow(OdinError);
      }
    }
  });
});

describe("what is no ONNX file", () => {
  test.each([
    ["nothing", new Uint8Array()],
    ["text", new TextEncoder().encode("<!doctype html><title>Not found</title>")],
    ["a model without a graph", new Writer().varint(1, 11).finish()],
    ["a graph that ends too early", new Writer().varint(1, 11).finish().slice(0, 1)],
  ])("is refused: %s", (_, bytes) => {
    expect(() => inspectPrecision(bytes)).toThrow(expect.objectContaining({ code: "corrupt" }));
  });
});

describe("an ONNX graph", () => {
  // Field numbers of onnx.proto, written out a second time.
  const value = (name: string, type: number) =>
    new Writer()
      .text(1, name)
      .bytes(2, new Writer().bytes(1, new Writer().varint(1, type).finish()).finish())
      .finish();
  // A negative integer is ten bytes in protobuf: 64 bits, two's complement.
  const minusOne = new Writer().text(1, "axis").raw(Uint8Array.of(0x18, ...Array(9).fill(0xff), 0x01)).finish();
  const node = new Writer()
    .text(1, "x")
    .text(1, "")
    .text(2, "y")
    .text(3, "first")
    .text(4, "Split")
    .bytes(5, minusOne)
    .bytes(5, new Writer().text(1, "big").varint(3, 2 ** 52).finish())
    .bytes(5, new Writer().text(1, "words").text(4, "silu").finish())
    .text(7, "com.microsoft")
    .finish();
  const tensor = (dims: (writer: Writer) => Writer) => dims(new Writer()).varint(2, 21).text(8, "w").finish();
  const model = (weights: Uint8Array) =>
    new Writer()
      .varint(1, 11)
      .bytes(
        7,
        new Writer().bytes(1, node).bytes(5, weights).bytes(11, value("x", 1)).bytes(12, value("y", 10)).finish(),
      )
      .finish();

  test("is read with its nodes, attributes and types", () => {
    const graph = readGraph(model(tensor((writer) => writer.varint(1, 3).varint(1, 300))));
    expect(graph).toEqual({
      nodes: [
        {
          name: "first",
          opType: "Split",
          domain: "com.microsoft",
          inputs: ["x", ""],
          outputs: ["y"],
          integers: { axis: -1, big: 2 ** 52 },
        },
      ],
      initializers: [{ name: "w", elementType: 21, dims: [3, 300] }],
      inputs: [{ name: "x", elementType: 1 }],
      outputs: [{ name: "y", elementType: 10 }],
    });
  });

  test("may have its dimensions packed", () => {
    const packed = tensor((writer) => writer.bytes(1, Uint8Array.of(3, 0xac, 0x02)));
    expect(readGraph(model(packed)).initializers[0]!.dims).toEqual([3, 300]);
  });
});
