"""The head of the training graph: mean cross entropy and its gradients, computed only where labels are."""

import torch
from torch.nn import functional as F


FLOAT, INT64 = 1, 7  # as ONNX numbers its types


@torch.library.custom_op("odin::head_loss", mutates_args=())
def head_loss(
    hidden: torch.Tensor,
    weight: torch.Tensor,
    weight_backward: torch.Tensor,
    labels: torch.Tensor,
    loss_scale: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Mean cross entropy of a linear head, and its gradients times `loss_scale`. Rows without a label cost nothing.

    Args:
        hidden: `[R, D]`.
        weight: `[V, D]`, for the logits; and the same again for the gradient of `hidden`.
        labels: `[R]`, -100 where there is none.
        loss_scale: `[]`.

    Returns:
        the loss `[]`, its gradients by `hidden` `[R, D]` and by `weight` `[V, D]`.
    """
    rows = (labels >= 0).nonzero()[:, 0]
    labelled, ids = hidden[rows], labels[rows]
    log_probabilities = (labelled @ weight.mT).log_softmax(-1)
    loss = F.nll_loss(log_probabilities, ids)
    share = loss_scale / torch.tensor(len(rows), dtype=hidden.dtype)
    probabilities = log_probabilities.exp()
    d_labelled = (probabilities @ weight_backward - weight_backward[ids]) * share
    d_weight = (probabilities.mT @ (labelled * share)).index_add(0, ids, -labelled * share)
    return loss, torch.zeros_like(hidden).index_copy(0, rows, d_labelled), d_weight


@head_loss.register_fake
def _(hidden, weight, weight_backward, labels, loss_scale):
    return hidden.new_empty(()), torch.empty_like(hidden), torch.empty_like(weight)


def head_loss_in_onnx(hidden, weight, weight_backward, labels, loss_scale):
    """`head_loss` in ONNX, to be traced by `torch.onnx.export`.

    The logits, by far the largest tensor, are passed over as little as possible: one softmax P. The loss is read where
    the labels are, without the logarithm of a probability that may be 0: it is that of the largest, which is not. In
    place of P - Y, with Y one-hot, P alone enters the products, and what Y adds to them are rows.
    """
    from onnxscript import opset18 as op

    zero, one, minus_one = (op.Constant(value_ints=[x]) for x in (0, 1, -1))
    has_label = op.GreaterOrEqual(labels, op.Constant(value_int=0))
    rows = op.Squeeze(op.NonZero(has_label), zero)
    labelled = op.Gather(hidden, rows)
    ids = op.Gather(labels, rows)
    places = op.Unsqueeze(ids, minus_one)
    count = op.Cast(op.Size(rows), to=FLOAT)
    share = op.Div(loss_scale, count)
    logits = op.MatMul(labelled, op.Transpose(weight, perm=[1, 0]))
    probabilities = op.Softmax(logits, axis=-1)
    largest = op.ReduceMax(logits, one, keepdims=1)
    normaliser = op.Sub(largest, op.Log(op.ReduceMax(probabilities, one, keepdims=1)))
    losses = op.Sub(normaliser, op.GatherElements(logits, places, axis=1))
    loss = op.Div(op.ReduceSum(losses, keepdims=0), count)
    d_labelled = op.Mul(op.Sub(op.MatMul(probabilities, weight_backward), op.Gather(weight_backward, ids)), share)
    weighted = op.Mul(labelled, share)
    d_weight = op.MatMul(op.Transpose(probabilities, perm=[1, 0]), weighted)
    d_weight = op.ScatterND(d_weight, places, op.Neg(weighted), reduction="add")
    # Back to all rows by gathering: rows without a label take the row of zeros in front.
    nothing = op.Mul(op.Slice(hidden, zero, one, zero), op.Constant(value_float=0.0))
    counted = op.Cast(has_label, to=INT64)
    place = op.Mul(op.CumSum(counted, op.Constant(value_int=0)), counted)
    return loss, op.Gather(op.Concat(nothing, d_labelled, axis=0), place), d_weight
