"""The tiny graph by which the browser finds out whether WebGPU computes what it should: `python -m export.probe`.

One layer of an ODIN, 32 wide, with every operator, and every form of a product, that the exported files for WebGPU
have (`tests/space/test_probe.py` compares them), in float32 and, for adapters with float16, as `half` makes it. It is
written into `space/runtime/probegraphs.ts` with the logits that it has to give: for a text that is read at once, whose
first token is masked, and then for two tokens one by one, with the states that each step hands on to the next.
"""

import base64
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from .half import to_half


TARGET = Path(__file__).resolve().parents[1] / "space/runtime/probegraphs.ts"
WIDTH, HEADS, HEAD_DIM, RANK, KERNEL, VOCABULARY = 32, 2, 16, 2, 4, 16
CHANNELS, LOW_RANK, GATES = 3 * WIDTH, 2 * RANK + HEADS, 2 * WIDTH + HEADS
# Token ids and attention mask of each step.
STEPS = [([3, 1, 4, 15, 9], [0, 1, 1, 1, 1]), ([2], [1]), ([6], [1])]
STATES = {"conv.0": [1, KERNEL - 1, CHANNELS], "recurrent.0": [1, HEADS, HEAD_DIM, HEAD_DIM]}
MICROSOFT = "com.microsoft"


class Builder:
    """Collects nodes and constants; weights come from one seeded generator, in the order of asking for them."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.random = np.random.RandomState(0)  # whose numbers stay the same in every version of numpy

    def op(self, kind: str, inputs: list[str], outputs: int | list[str] = 1, domain: str = "", **attributes):
        """Adds a node; returns the name of its result, or the names of several."""
        name = f"n{len(self.nodes)}"
        names = outputs if isinstance(outputs, list) else [f"{name}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, name, domain=domain, **attributes))
        return names[0] if len(names) == 1 else names

    def constant(self, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(value, f"c{len(self.constants)}"))
        return self.constants[-1].name

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def uniform(self, *shape: int, low: float = -1.0, high: float = 1.0) -> np.ndarray:
        return self.random.uniform(low, high, shape).astype(np.float32)

    def blocks(self, rows: int, bits: int) -> tuple[str, str]:
        """Codes `[rows, 1, bytes]` and scales `[rows, 1]` of a random matrix `[rows, WIDTH]`, one block a row."""
        codes = self.random.randint(0, 2**bits, (rows, 1, WIDTH)).astype(np.uint8)
        stored = codes[..., ::2] | codes[..., 1::2] << 4 if bits == 4 else codes
        return self.constant(stored.astype(np.uint8)), self.constant(
            self.uniform(rows, 1, low=0.5, high=1.5) * 0.5 / 2 ** (bits - 1)
        )

    def product(self, x: str, rows: int, bits: int = 4, stored: tuple[str, str] | None = None) -> str:
        """`x [..., WIDTH]` times a matrix of few bits, `[..., rows]`."""
        sizes = {"K": WIDTH, "N": rows, "bits": bits, "block_size": WIDTH, "accuracy_level": 4}
        return self.op("MatMulNBits", [x, *(stored or self.blocks(rows, bits))], domain=MICROSOFT, **sizes)

    def split(self, x: str, *sizes: int) -> list[str]:
        return self.op("Split", [x, self.integers(*sizes)], len(sizes), axis=-1)

    def norm(self, x: str, weight: np.ndarray) -> str:
        return self.op("RMSNormalization", [x, self.constant(weight)], axis=-1, epsilon=1e-5)

    def last(self, x: str, count: str) -> str:
        """The last `count` of the second axis."""
        ends = [self.integers(np.iinfo(np.int64).max), self.integers(1), self.integers(1)]
        start = self.op("Unsqueeze", [self.op("Neg", [count]), self.integers(0)])
        return self.op("Slice", [x, start, *ends])


def embeddings(build: Builder, table: tuple[str, str], plain_table: str) -> str:
    """The sum of a row of both tables, of bytes and of floats, zero at padding: `[B, T, WIDTH]`."""
    length = build.op("Gather", [build.op("Shape", ["input_ids"]), build.constant(np.array(1, np.int64))], axis=0)
    mask = build.op("Unsqueeze", [build.last("attention_mask", length), build.integers(2)])
    rows = build.op("Reshape", [table[0], build.integers(0, WIDTH)])
    sizes = {"bits": 8, "block_size": WIDTH, "gather_axis": 0, "quantize_axis": 1}
    coded = build.op("GatherBlockQuantized", [rows, "input_ids", table[1]], domain=MICROSOFT, **sizes)
    plain = build.op("Gather", [plain_table, "input_ids"])
    return build.op("Mul", [build.op("Add", [coded, plain]), build.op("Cast", [mask], to=TensorProto.FLOAT)])


def time_mixing(build: Builder, x: str) -> str:
    """The layers' operators in their order, `[B, T, WIDTH]` from and to."""
    qkv, low, rate, gate = build.split(build.product(x, CHANNELS + LOW_RANK), CHANNELS, RANK, HEADS, RANK)
    weight = build.constant(build.uniform(CHANNELS, 1, KERNEL))
    mixed = build.op(
        "CausalConvWithState",
        [qkv, weight, "", "past_conv.0"],
        ["convolved", "present_conv.0"],
        MICROSOFT,
        activation="silu",
        channels_last=1,
    )[0]
    qk, v = build.split(mixed, 2 * WIDTH, WIDTH)
    heads = build.op("Reshape", [qk, build.integers(0, 0, 2 * HEADS, HEAD_DIM)])
    # To unit length, without which the recurrence would grow.
    unit = build.norm(heads, np.full(HEAD_DIM, HEAD_DIM**-0.5, np.float32))
    q, k = build.split(build.op("Reshape", [unit, build.integers(0, 0, 2 * WIDTH)]), WIDTH, WIDTH)
    logit = build.op("Concat", [build.op("Tanh", [low]), rate, gate], axis=-1)
    logit = build.op("MatMul", [logit, build.constant(build.uniform(LOW_RANK, GATES))])
    sigmoid = build.op("Sigmoid", [build.op("Add", [logit, build.constant(build.uniform(GATES))])])
    # Decays are negative, and each of the three has ends of its own.
    scale = np.repeat(np.array([-0.6, 1.0, 1.8], np.float32), [WIDTH, WIDTH, HEADS])
    scaled = build.op("Mul", [sigmoid, build.constant(scale)])
    shifted = build.op("Add", [scaled, build.constant(build.uniform(GATES, low=-0.3, high=-0.1))])
    decay, gate, rate = build.split(shifted, WIDTH, WIDTH, HEADS)
    read = build.op(
        "LinearAttention",
        [q, k, v, "past_recurrent.0", decay, rate],
        ["read", "present_recurrent.0"],
        MICROSOFT,
        q_num_heads=HEADS,
        kv_num_heads=HEADS,
        scale=1.0,
        update_rule="gated_delta",
    )[0]
    normed = build.norm(
        build.op("Reshape", [read, build.integers(0, 0, HEADS, HEAD_DIM)]), build.uniform(HEAD_DIM, low=0.5)
    )
    gated = build.op("Mul", [build.op("Reshape", [normed, build.integers(0, 0, WIDTH)]), gate])
    return build.product(gated, WIDTH)


def added_norm(build: Builder, x: str, change: str) -> list[str]:
    """The norm of the sum of both, and the sum."""
    weight = build.constant(build.uniform(WIDTH, low=0.5))
    names = [f"normed{len(build.nodes)}", "", "", f"sum{len(build.nodes)}"]
    build.op("SkipSimplifiedLayerNormalization", [x, change, weight], names, MICROSOFT, epsilon=1e-5)
    return [names[0], names[3]]


def probe_graph(half: bool) -> onnx.ModelProto:
    """The graph, with the inputs and outputs of an exported ODIN with one layer."""
    build = Builder()
    table, plain_table = (
        build.blocks(VOCABULARY, 8),
        build.constant(build.uniform(VOCABULARY, WIDTH, low=-0.5, high=0.5)),
    )
    x = embeddings(build, table, plain_table)
    y, x = added_norm(build, x, time_mixing(build, build.norm(x, build.uniform(WIDTH, low=0.5))))
    hidden = build.op("Relu", [build.product(y, WIDTH)])
    y, _ = added_norm(build, x, build.product(build.op("Mul", [hidden, hidden]), WIDTH))
    y = build.last(y, "num_logits_to_keep")
    plain = build.op("MatMul", [y, build.op("Transpose", [plain_table])])
    build.op("Add", [build.product(y, VOCABULARY, 8, table), plain], ["logits"])

    def value(name: str, shape: list, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    integers = {"input_ids": [1, "T"], "attention_mask": [1, "T"], "num_logits_to_keep": []}
    graph = helper.make_graph(
        build.nodes,
        "probe",
        [
            *(value(name, shape, TensorProto.INT64) for name, shape in integers.items()),
            *(value(f"past_{name}", shape) for name, shape in STATES.items()),
        ],
        [
            value("logits", [1, 1, VOCABULARY]),
            *(value(f"present_{name}", shape) for name, shape in STATES.items()),
        ],
        build.constants,
    )
    opsets = [helper.make_opsetid("", 23), helper.make_opsetid(MICROSOFT, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=11, producer_name="odin")
    if half:
        to_half(model)
        for number, node in enumerate(model.graph.node):
            node.name = f"n{number}"
    return model


def run(model: onnx.ModelProto) -> np.ndarray:
    """Logits `[steps, VOCABULARY]` of `STEPS`, by onnxruntime on the CPU."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    states = {
        value.name: np.zeros(value.shape, np.float32)
        for value in session.get_inputs()
        if value.name.startswith("past_")
    }
    logits = []
    for ids, mask in STEPS:
        integers = {"input_ids": [ids], "attention_mask": [mask], "num_logits_to_keep": 1}
        feeds = {name: np.array(value, np.int64) for name, value in integers.items()}
        results = dict(zip(names, session.run(None, feeds | states), strict=True))
        logits.append(results.pop("logits").reshape(-1))
        states = {name.replace("present_", "past_"): result for name, result in results.items()}
    return np.array(logits)


def exact(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy in which no kernel may round to 8 bits what it multiplies."""
    copy = onnx.ModelProto.FromString(model.SerializeToString())
    for node in copy.graph.node:
        for attribute in node.attribute:
            if attribute.name == "accuracy_level":
                attribute.i = 0
    return copy


def source() -> str:
    """The text of `TARGET`."""
    lines = [
        "/** Written by `python -m export.probe`: a tiny model for `probe.ts`, and what it has to give. */",
        "",
        "/** Token ids and attention mask of each step, the states going from one to the next. */",
        "export const STEPS = [",
        *(f"  {{ ids: {json.dumps(ids)}, mask: {json.dumps(mask)} }}," for ids, mask in STEPS),
        "];",
        "",
        "/** Shapes of the states, which are zeros before the first step. */",
        "export const STATES = {",
        *(f'  "past_{name}": {json.dumps(shape)},' for name, shape in STATES.items()),
        "};",
    ]
    for name, half in (("FLOAT32", False), ("FLOAT16", True)):
        model = probe_graph(half)
        text = base64.b64encode(model.SerializeToString()).decode()
        lines += [
            "",
            f"export const {name} = {{",
            "  /** Of the last token of each step. */",
            "  logits: [",
            *(f"    [{', '.join(f'{logit:.2f}' for logit in row)}]," for row in run(exact(model))),
            "  ],",
            "  /** An ONNX file, in base64. */",
            "  graph: [",
            *(f'    "{text[i : i + 112]}",' for i in range(0, len(text), 112)),
            '  ].join(""),',
            "};",
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(source())
    print(f"wrote {TARGET}")
