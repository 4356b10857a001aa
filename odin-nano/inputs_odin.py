"""What `forward` receives: checked, and brought into the one form that the layers know.

Layers see padding only on the left, and packed documents only as `seq_idx`, the number of each token's document.
"""

import torch


def check_token_ids(input_ids, vocab_size: int) -> None:
    """Raises TypeError or ValueError unless these are `[B, T]` integers with an embedding each.

    The values are checked on CPU only, where that costs no synchronisation.
    """
    if input_ids.dtype not in (torch.int64, torch.int32):
        raise TypeError(f"input_ids must be int64 or int32 token ids, got {input_ids.dtype}")
    if input_ids.ndim != 2:
        raise ValueError(f"input_ids must have the shape [batch, tokens], got {list(input_ids.shape)}")
    if tracing() or input_ids.device.type != "cpu" or input_ids.numel() == 0:
        return
    low, high = int(input_ids.min()), int(input_ids.max())
    if low < 0 or high >= vocab_size:
        raise ValueError(f"input_ids must lie in [0, {vocab_size}), got ids from {low} to {high}")


def check_embeddings(inputs_embeds, hidden_size: int, dtype: torch.dtype) -> None:
    """Raises TypeError or ValueError unless these are `[B, T, D]` vectors in the model's precision, and T > 0."""
    if not inputs_embeds.is_floating_point():
        raise TypeError(f"inputs_embeds must be {dtype} vectors, got {inputs_embeds.dtype}; are these input_ids?")
    if inputs_embeds.dtype != dtype and not torch.is_autocast_enabled(inputs_embeds.device.type):
        raise TypeError(f"inputs_embeds must be {dtype} as the model's weights are, got {inputs_embeds.dtype}")
    if inputs_embeds.ndim != 3 or inputs_embeds.shape[-1] != hidden_size:
        raise ValueError(
            f"inputs_embeds must have the shape [batch, tokens, {hidden_size}], got {list(inputs_embeds.shape)}"
        )
    if inputs_embeds.shape[0] == 0 or inputs_embeds.shape[1] == 0:
        raise ValueError(
            f"the input is empty: give at least one token, got [batch, tokens] = {list(inputs_embeds.shape[:2])}"
        )


def check_labels(labels, batch: int, length: int) -> None:
    """Raises TypeError or ValueError unless labels are `[B, T]` integers."""
    if labels.is_floating_point():
        raise TypeError(f"labels must be integer token ids (-100 where there is none), got {labels.dtype}")
    if tuple(labels.shape) != (batch, length):
        raise ValueError(f"labels must have the shape of the input, {[batch, length]}, got {list(labels.shape)}")


def check_finite(model, x) -> None:
    """Raises ValueError when the hidden states of an inference on CPU are not finite, naming the cause."""
    if tracing() or model.training or x.device.type != "cpu" or bool(torch.isfinite(x).all()):
        return
    bad = [name for name, weight in model.named_parameters() if not bool(torch.isfinite(weight).all())]
    cause = f"the weights {', '.join(bad[:3])} hold NaN or infinity" if bad else "inputs_embeds or past_key_values do"
    raise ValueError(f"hidden states must be finite, got NaN or infinity: {cause}")


def left_padding(attention_mask, batch: int, length: int):
    """The padding of the last `length` tokens as the layers want it.

    Args:
        attention_mask: `[B, T]` or `[B, past + T]`, 0 at padding, which may be anywhere.

    Returns:
        mask `[B, T, 1]`, 0 at padding and all padding first, or None where there is no padding; and the order
        `[B, T]` that brings tokens there, or None where they are in order.

    Raises:
        ValueError: a mask of another shape.
    """
    if attention_mask.ndim != 2 or attention_mask.shape[0] != batch or attention_mask.shape[1] < length:
        raise ValueError(
            f"attention_mask must have the shape [{batch}, {length}] (or longer by the tokens of past_key_values), "
            f"got {list(attention_mask.shape)}"
        )
    mask = attention_mask[:, -length:] != 0
    if not tracing():
        if bool(mask.all()):
            return None, None
        if length == 1 or bool((mask[:, 1:] >= mask[:, :-1]).all()):
            return mask.unsqueeze(-1), None
    order = mask.to(torch.int8).argsort(dim=1, stable=True)
    return mask.gather(1, order).unsqueeze(-1), order


def document_index(seq_idx, cu_seqlens, position_ids, batch: int, length: int, device):
    """The document `[B, T]` of each token from whichever of the three says it, None for one document a row.

    Args:
        seq_idx: `[B, T]` numbers that change where a new document begins.
        cu_seqlens: `[N + 1]` where documents begin and the last one ends, in one row (B = 1).
        position_ids: `[B, T]` positions in the document; 0 begins a new one.

    Raises:
        TypeError, ValueError: more than one of seq_idx and cu_seqlens, or one that does not fit the input.
    """
    if cu_seqlens is not None and seq_idx is not None:
        raise ValueError("give at most one of seq_idx and cu_seqlens")
    if cu_seqlens is not None:
        check_cu_seqlens(cu_seqlens, batch, length)
        ends = cu_seqlens[1:].to(device)
        return torch.bucketize(torch.arange(length, device=device), ends, right=True).unsqueeze(0)
    for name, value in (("seq_idx", seq_idx), ("position_ids", position_ids)):
        if value is None:
            continue
        if value.is_floating_point():
            raise TypeError(f"{name} must be integers, got {value.dtype}")
        if value.ndim != 2 or value.shape[1] != length or value.shape[0] not in (1, batch):
            raise ValueError(f"{name} must have the shape {[batch, length]}, got {list(value.shape)}")
    if seq_idx is not None:
        return seq_idx.expand(batch, -1)
    if position_ids is None or length == 1:
        return None
    return (position_ids == 0).long().index_fill(1, torch.tensor([0], device=device), 0).cumsum(1).expand(batch, -1)


def check_cu_seqlens(cu_seqlens, batch: int, length: int) -> None:
    """Raises TypeError or ValueError unless these are the bounds of documents that fill one row of `length` tokens."""
    if cu_seqlens.dtype not in (torch.int64, torch.int32):
        raise TypeError(f"cu_seqlens must be int64 or int32, got {cu_seqlens.dtype}")
    if batch != 1:
        raise ValueError(f"cu_seqlens needs all documents in one row, batch size 1, got {batch}")
    if cu_seqlens.ndim != 1 or len(cu_seqlens) < 2:
        raise ValueError(f"cu_seqlens must have the shape [documents + 1], got {list(cu_seqlens.shape)}")
    if tracing():
        return
    if int(cu_seqlens[0]) != 0 or int(cu_seqlens[-1]) != length:
        raise ValueError(
            f"cu_seqlens must begin with 0 and end with the number of tokens, {length}; "
            f"got {int(cu_seqlens[0])} and {int(cu_seqlens[-1])}"
        )
    if bool((cu_seqlens.diff() < 1).any()):
        raise ValueError(f"cu_seqlens must increase, each document has at least one token; got {cu_seqlens.tolist()}")


def tracing() -> bool:
    """Whether values cannot be looked at: while a graph is being traced or compiled."""
    return torch.jit.is_tracing() or torch.compiler.is_compiling()
