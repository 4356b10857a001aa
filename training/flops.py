"""Floating-point operations of an ODIN model, by operation, and the share of a device's peak that a rate amounts to.

Conventions: a multiply-add is two operations; a transcendental function, a comparison and any other elementwise result
is one. The counts are those of the code in `modeling_odin/`, matrix product by matrix product, so they depend on the
form of the recurrence: the chunked one does more arithmetic than the definition, and that is what makes it fast.

A backward pass costs twice the forward pass: every matrix product has two gradients, each a product of the same size.
(The triangular inverse, under 1% of a model, has three; that is left out.)
"""

import copy
import dataclasses
from dataclasses import dataclass

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils.flop_counter import FlopCounterMode

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM


# fla's Triton kernels have a chunk size of their own, whatever the configuration says.
FUSED_CHUNK = 64


@dataclass(frozen=True)
class Flops:
    """Operations of the forward pass per token; the mean over a row where tokens differ.

    Attributes:
        projections: matrix products of the blocks with their parameters.
        recurrence: products with the state and inside the chunks, and the triangular inverse.
        head: the product with the vocabulary, times the share of tokens that have a label.
        convolution: the depthwise convolution with its SiLU.
        elementwise: norms, activations, gates, decay, residuals and softmax.
    """

    projections: float
    recurrence: float
    head: float
    convolution: float
    elementwise: float

    @property
    def matmul(self) -> float:
        """What matrix units do: projections, recurrence and head. The count that model FLOPs utilisation is about."""
        return self.projections + self.recurrence + self.head

    @property
    def forward(self) -> float:
        """All operations of the forward pass."""
        return self.matmul + self.convolution + self.elementwise

    @property
    def training(self) -> float:
        """Matrix operations of a forward and a backward pass: model FLOPs, without any recomputation."""
        return 3 * self.matmul

    @property
    def training_checkpointed(self) -> float:
        """Matrix operations with gradient checkpointing, where each block runs forward twice: hardware FLOPs."""
        return self.training + self.projections + self.recurrence

    def as_dict(self) -> dict[str, float]:
        """Every part and sum by name, for reports."""
        sums = ("matmul", "forward", "training", "training_checkpointed")
        return dataclasses.asdict(self) | {name: getattr(self, name) for name in sums}


def flops_per_token(
    config: OdinConfig,
    seq_len: int,
    chunk_size: int | None = None,
    labelled_share: float = 1.0,
    recurrence: str = "chunked",
) -> Flops:
    """The forward pass over rows of `seq_len` tokens, per token.

    Args:
        config: the model; all dimensions are read from it.
        seq_len: tokens in a row. It matters only where a chunk is not full: nothing else grows with length.
        chunk_size: that of the chunked recurrence; the configuration's when None, `FUSED_CHUNK` for fla's kernels.
        labelled_share: share of the tokens that have a label, in [0, 1]: with `skip_logits` no other reaches the head.
        recurrence: `"chunked"` or `"recurrent"`.

    Returns:
        every part by itself for ODIN's own time mixing; for the alternatives, whose blocks PyTorch counts while they
        run, all of a block's matrix products under `projections`.

    Raises:
        ValueError: an argument out of range, or a form that is not known.
    """
    if seq_len < 1:
        raise ValueError(f"seq_len must be at least 1, got {seq_len}")
    if not 0 <= labelled_share <= 1:
        raise ValueError(f"labelled_share must lie in [0, 1], got {labelled_share}")
    if recurrence not in ("chunked", "recurrent"):
        raise ValueError(f"recurrence must be 'chunked' or 'recurrent', got {recurrence!r}")
    head = 2.0 * config.hidden_size * config.vocab_size * labelled_share
    if config.time_mixing != "gated_delta":
        counted = counted_flops(config, seq_len, backward=False) / seq_len
        blocks = counted - 2.0 * config.hidden_size * config.vocab_size
        return Flops(projections=blocks, recurrence=0.0, head=head, convolution=0.0, elementwise=0.0)

    width, inner, passes = config.hidden_size, config.intermediate_size, config.recurrence_passes
    heads, key, taps = config.num_heads, config.head_dim, config.conv_kernel_size
    channels = (1 + 2 * passes) * width
    read = channels + config.decay_rank + config.gate_rank + passes * heads
    projections = 2.0 * width * (read + config.decay_rank + config.gate_rank + width + 2 * inner)
    convolution = (2.0 * taps - 1 + 2) * channels

    positions = seq_len * passes  # of the recurrence, per row
    if recurrence == "recurrent":
        # Decay, read at k, write, read at q; the correction b * (v - read).
        state = passes * heads * (7.0 * key * key + 2 * key)
        around = 1.0 * passes * width  # exp(g)
    else:
        size = min(chunk_size or config.chunk_size, positions)
        padded = -(-positions // size) * size / seq_len  # positions per token, with those that fill the last chunk
        state = padded * heads * chunk_matmul(size, key)
        around = padded * heads * chunk_elementwise(size, key)
    norm = 4.0  # square, add, scale, weight: per element
    elementwise = (
        2 * (norm + 1) * width  # two norms and two residuals
        + 4.0 * (1 + passes) * width  # q and k to unit norm
        + config.decay_rank
        + 4.0 * width  # decay: tanh before the projection; bias, sigmoid, scale and shift after it
        + 3.0 * passes * heads  # rate
        + (norm + 2) * width  # norm of the heads, gate
        + 2.0 * inner  # squared ReLU
    )
    layers = config.num_hidden_layers
    return Flops(
        projections=layers * projections,
        recurrence=layers * state,
        head=head,
        convolution=layers * convolution,
        elementwise=layers * (elementwise + around) + norm * width + 4.0 * config.vocab_size * labelled_share,
    )


def chunk_matmul(size: int, key: int) -> float:
    """Matrix operations per position and head of `chunked_gated_delta`, with chunks of `size` and K = V = `key`."""
    within_keys = 3 * 2.0 * size * key  # K+ K-^T, Q+ K-^T, inverse times K+
    within_values = 2 * 2.0 * size * key  # inverse times V, weights times U
    state = 3 * 2.0 * key * key  # removal times S, keys^T times U, Q+ times S
    inverse = 1.0 * size * size  # forward substitution: C^3 for a chunk
    return within_keys + within_values + state + inverse


def chunk_elementwise(size: int, key: int) -> float:
    """All else that `chunked_gated_delta` does, per position and head."""
    decays = 6.0 * key  # running sum, centred, exp, and its three uses
    scaled = 6.0 * key  # rates and chunk ends
    masks = 3.0 * size
    carried = 3.0 * key * key / size + 2.0 * key  # of the state, once a chunk; sums of products with it
    return decays + scaled + masks + carried


def counted_flops(config: OdinConfig, seq_len: int, backward: bool = True, rows: int = 1) -> int:
    """Matrix operations of a forward (and backward) pass over `rows` rows, counted by PyTorch while the model runs.

    It runs on fake tensors: no memory, no arithmetic, any size. PyTorch's counter knows neither our scan nor the
    triangular solver, so they are taught here. Far slower than `flops_per_token`, and true for any time mixing.
    """
    config = copy.deepcopy(config)
    config.recurrence = "chunked"
    with FakeTensorMode():
        model = OdinForCausalLM(config)
        ids = torch.zeros(rows, seq_len, dtype=torch.long)
        with FlopCounterMode(display=False, custom_mapping=operator_formulas()) as counter:
            logits = model(inputs_embeds=model.get_input_embeddings()(ids), use_cache=False).logits
            if backward:
                logits.sum().backward()
    return counter.get_total_flops()


def operator_formulas() -> dict:
    """For `FlopCounterMode(custom_mapping=...)`: the operators of the model that PyTorch has no formula for."""
    return {
        torch.ops.aten.linalg_solve_triangular: _solve_triangular,
        torch.ops.odin.delta_scan: _scan,
        torch.ops.odin.delta_scan_gradient: _scan,
    }


def _scan(carried_shape, removal_shape, writes_shape, values_shape, *_, **__) -> int:
    """Two products of a chunk with the state; its gradient has shapes and products alike."""
    return 4 * torch.Size(removal_shape).numel() * values_shape[-1]


def _solve_triangular(matrix_shape, right_shape, *_, **__) -> int:
    """One multiply-add for each entry of the triangle and column; the right side may be broadcast over matrices."""
    return torch.Size(matrix_shape).numel() * right_shape[-1]


def mfu(tokens_per_second: float, flops_per_token: float, peak: float | None) -> float | None:
    """Model FLOPs utilisation (PaLM, arXiv:2204.02311): the share of `peak` that a rate of training uses.

    Args:
        tokens_per_second: over all devices.
        flops_per_token: `Flops.training`, whatever is recomputed.
        peak: operations per second of all devices together; None, for an unknown device, gives None.
    """
    return None if peak is None else tokens_per_second * flops_per_token / peak
