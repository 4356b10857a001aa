"""Better rounding of 4-bit weights than to the nearest: scales by search, codes by GPTQ (arXiv:2210.17323).

Both rewrite what a MatMulNBits node stores and leave its format as it is, symmetric around code 8. (onnxruntime's own
GPTQ derives new scales from the rounded weights and so rounds twice; its k-quants fail for odd numbers of blocks.)
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from tqdm import tqdm

from .graph import Graph


# Scales that are tried, in parts of the one that represents the block's largest weight exactly.
TRIED = np.arange(0.75, 1.16, 0.05, dtype=np.float32)
# Added to the diagonal of X^T X, in parts of its mean, so that it can be inverted: the paper's value.
DAMPING = 0.01
# Rows after which what is left of the weight is corrected at once; any number gives the same codes.
BATCH = 128


# X^T X `[K, K]` of the inputs X of a product, over all tokens, by the name of its weight.
Products = Mapping[str, np.ndarray]


def input_products(source: Path, texts) -> dict[str, np.ndarray]:
    """X^T X of every product with a constant weight in the float32 graph `source`, but for the head.

    Args:
        texts: token lists; each is fed at once to a fresh state.
    """
    probe = onnx.load(source)
    constants = {tensor.name for tensor in probe.graph.initializer}
    read = {
        node.input[1]: node.input[0]
        for node in probe.graph.node
        if node.op_type == "MatMul" and node.input[1] in constants and "logits" not in node.output
    }
    tensors = sorted(set(read.values()))
    del probe.graph.output[:]
    probe.graph.output.extend(onnx.ValueInfoProto(name=name) for name in tensors)
    session = onnxruntime.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    del probe
    states = {
        value.name: np.zeros([1, *value.shape[1:]], np.float32)
        for value in session.get_inputs()
        if value.name.startswith("past_")
    }
    totals: dict[str, np.ndarray] = {}
    for tokens in tqdm(texts, desc="calibration", leave=False):
        ids = np.array([tokens], np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "num_logits_to_keep": np.array(1), **states}
        for name, value in zip(tensors, session.run(None, feeds), strict=True):
            rows = value.reshape(-1, value.shape[-1])
            if name in totals:
                totals[name] += rows.T @ rows
            else:
                totals[name] = rows.T @ rows
    return {weight: totals[tensor] for weight, tensor in read.items()}


def refine(graph: Graph, node: onnx.NodeProto, weight: np.ndarray, product: np.ndarray | None = None) -> None:
    """Rounds the weight `[K, N]` of a MatMulNBits node of 4 bits anew; by GPTQ where X^T X `[K, K]` is given."""
    block_size = next(a.i for a in node.attribute if a.name == "block_size")
    scales = search_scales(weight, block_size)
    if product is None:
        codes = nearest(weight, np.repeat(scales, block_size, 0)[: len(weight)])
    else:
        codes = gptq(weight, product, scales, block_size)
    shape = scales.shape[1], len(scales), block_size // 2, 2
    pairs = whole_blocks(codes, block_size).T.reshape(shape)
    for name, value in ((node.input[1], pairs[..., 0] | pairs[..., 1] << 4), (node.input[2], scales.T.copy())):
        graph.initializers[name].CopyFrom(numpy_helper.from_array(value, name))


def whole_blocks(codes: np.ndarray, block_size: int) -> np.ndarray:
    """Codes `[K, N]` with rows that stand for 0 added up to a multiple of the block size."""
    return np.pad(codes, ((0, -len(codes) % block_size), (0, 0)), constant_values=8)


def search_scales(weight: np.ndarray, block_size: int) -> np.ndarray:
    """Scales `[blocks, N]` of the weight `[K, N]`: of those tried, refitted, the ones with the least squared error."""
    blocks = np.pad(weight, ((0, -len(weight) % block_size), (0, 0))).reshape(-1, block_size, weight.shape[1])
    peak = np.take_along_axis(blocks, np.abs(blocks).argmax(1, keepdims=True), 1)
    scales, least = np.ones_like(peak), np.full_like(peak, np.inf)
    for part in TRIED:
        # The code furthest from zero is -8, so the largest weight gets the scale's sign.
        tried = np.where(peak == 0, 1, peak / -8 * part)
        steps = nearest(blocks, tried).astype(np.float32) - 8
        fitted = (steps * blocks).sum(1, keepdims=True) / np.maximum(np.square(steps).sum(1, keepdims=True), 1)
        error = np.square(steps * fitted - blocks).sum(1, keepdims=True)
        scales, least = np.where(error < least, fitted, scales), np.minimum(error, least)
    return scales[:, 0]


def nearest(weight: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Codes from 0 to 15 of weights with scales of a shape that broadcasts to theirs."""
    return np.clip(np.round(weight / np.where(scales == 0, 1, scales)) + 8, 0, 15).astype(np.uint8)


def gptq(weight: np.ndarray, product: np.ndarray, scales: np.ndarray, block_size: int) -> np.ndarray:
    """Codes `[K, N]` for the weight `[K, N]`, chosen in turn so that each makes up for the errors before it.

    Args:
        product: X^T X `[K, K]` of the inputs X.
        scales: `[blocks, N]`.
    """
    left = weight.astype(np.float64)
    damped = product + np.eye(len(product)) * (DAMPING * np.diag(product).mean() + np.finfo(np.float64).tiny)
    factor = np.linalg.cholesky(np.linalg.inv(damped)).T
    codes = np.empty(weight.shape, np.uint8)
    for start in range(0, len(left), BATCH):
        stop = min(start + BATCH, len(left))
        errors = np.empty([stop - start, weight.shape[1]])
        for k in range(start, stop):
            scale = scales[k // block_size].astype(np.float64)
            codes[k] = nearest(left[k], scale)
            errors[k - start] = (left[k] - (codes[k] - 8.0) * scale) / factor[k, k]
            left[k + 1 : stop] -= np.outer(factor[k, k + 1 : stop], errors[k - start])
        left[stop:] -= factor[start:stop, stop:].T @ errors
    return codes
