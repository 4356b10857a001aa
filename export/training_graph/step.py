"""One training step of an ODIN model as a pure function of tensors: loss, gradients, and AdamW.

Shapes: B batch, T tokens, R = B * T rows, D hidden_size, H heads, K = V head_dim; G and Q as in `recurrence`.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

import torch

from ..errors import ExportError
from ..frozen import EMBEDDING, HEAD, PROJECTIONS
from .head import head_loss
from .ops import FrozenLinear, L2Norm, RMSNorm, ShortConv, SquaredReLU, neighbours
from .recurrence import GatedDelta, Masks


BETAS, EPS = (0.9, 0.999), 1e-8
# Of names in PEFT's files: what stands before a module's name, and what follows it.
PEFT, A, B = "base_model.model.", ".lora_A.weight", ".lora_B.weight"
L2_EPS = 1e-6  # of the model's `l2_normalize`
# Tokens of a chunk of the recurrence; less arithmetic than with the 32 of most models, and the same result.
CHUNK = 16
# Tensors of fewer numbers take longer to launch a node for than to compute.
SMALL = 8192


def check_model(config, seq: int) -> None:
    """Raises ExportError for what has no training graph: another time mixing, a length not of whole chunks."""
    plain = {"time_mixing": "gated_delta", "recurrence_passes": 1, "slot_heads": 0, "slow_heads": 0}
    for key, value in plain.items():
        if getattr(config, key) != value:
            raise ExportError(
                f"there is a training graph only for models with {key} {value!r}, this one has "
                f"{getattr(config, key)!r}: train it in PyTorch"
            )
    if seq < CHUNK or seq % CHUNK:
        raise ExportError(f"rows of {seq} tokens cannot be trained: give a multiple of {CHUNK}, as 128")


@dataclass
class Lora:
    """Low-rank adapters on PROJECTIONS (arXiv:2106.09685), as PEFT has them: W + alpha / rank * B A."""

    rank: int

    @property
    def alpha(self) -> int:
        return 2 * self.rank

    @property
    def scaling(self) -> float:
        return self.alpha / self.rank

    @staticmethod
    def names(weight: str) -> tuple[str, str]:
        """PEFT's names of A `[rank, in]` and B `[out, rank]` beside a matrix."""
        module = PEFT + weight.removesuffix(".weight")
        return module + A, module + B

    @staticmethod
    def matrices(names: Iterable[str]) -> list[str]:
        """The matrices beside which PEFT has an A of one of these names."""
        adapters = [name for name in names if name.startswith(PEFT) and name.endswith(A)]
        return [name.removeprefix(PEFT).removesuffix(A) + ".weight" for name in adapters]

    @staticmethod
    def adapts(weight: str) -> bool:
        return weight.removesuffix(".weight").rpartition(".")[2] in PROJECTIONS


class Step:
    """The forward of a model of the given shape, its loss and gradients, and a step of AdamW.

    Args:
        model: an `OdinForCausalLM`; its values are not looked at, only what it is.
        lora: None when all parameters are trained.

    Raises:
        ExportError: there is no training graph for such a model.
    """

    def __init__(self, model, batch: int, seq: int, lora: Lora | None):
        check_model(model.config, seq)
        self.config, self.batch, self.seq, self.lora = model.config, batch, seq, lora
        mixers = [layer.time_mixing for layer in model.model.layers]
        self.max_decay = [mixer.max_decay for mixer in mixers]
        self.min_decay = sys.modules[type(mixers[0]).__module__].MIN_DECAY
        self.head = EMBEDDING if self.config.tie_word_embeddings else HEAD

    def loss_and_gradients(self, trained, frozen, frozen_backward, input_ids, labels, seq_idx, loss_scale):
        """Loss `[]`, and gradients times `loss_scale` by the names of `trained`.

        Args:
            trained, frozen: tensors by name; all parameters of the model are in one of the two.
            frozen_backward: the matrices of `frozen` again: see `FrozenLinear`.
            input_ids, labels, seq_idx: `[B, T]`; labels are -100 where there is none, label t+1 is predicted at t.
        """
        masks = Masks(seq_idx, self.config.num_heads, CHUNK, loss_scale.dtype)
        rows = neighbours(seq_idx, self.config.conv_kernel_size)
        ids = input_ids.flatten()
        values = frozen | trained
        start = values[EMBEDDING].index_select(0, ids)
        # Embedding and head stand outside: their gradients are rows, and a product that needs only labelled rows.
        outside = {name: trained[name] for name in (EMBEDDING, self.head) if name in trained}

        def body(inside, start):
            return self.forward(frozen | inside, frozen_backward, start, masks, rows)

        inside = {name: value for name, value in trained.items() if name not in outside}
        hidden, pull = torch.func.vjp(body, inside, start)
        expected = torch.cat([labels[:, 1:], torch.full_like(labels[:, :1], -100)], 1).flatten()
        head_backward = frozen_backward.get(self.head, values[self.head])
        loss, d_hidden, d_head = head_loss(hidden, values[self.head], head_backward, expected, loss_scale)
        gradients, d_start = pull(d_hidden)
        if self.head in trained:
            gradients[self.head] = d_head
        if EMBEDDING in trained:
            rest = d_head if self.head == EMBEDDING else torch.zeros_like(trained[EMBEDDING])
            gradients[EMBEDDING] = rest.index_add(0, ids, d_start)
        return loss, {name: gradients[name] for name in trained}

    def forward(self, values, backward, x, masks, rows):
        """The hidden states that the head reads, from those of the embedding; both `[R, D]`."""
        for i in range(self.config.num_hidden_layers):
            x = x + self.time_mixing(i, values, backward, x, masks, rows)
            x = x + self.channel_mixing(i, values, backward, x)
        return RMSNorm.apply(x, values["model.norm.weight"], self.config.norm_eps)[0]

    def time_mixing(self, i, values, backward, x, masks, rows):
        """`OdinTimeMixing` with the norm before it."""
        config, block = self.config, f"model.layers.{i}."
        width, heads, name = config.hidden_size, config.num_heads, block + "time_mixing."
        normed = RMSNorm.apply(x, values[block + "time_norm.weight"], config.norm_eps)[0]
        mixed = self.product(normed, name + "in_proj.weight", values, backward)
        qkv, decay, gate, beta = mixed.split([3 * width, config.decay_rank, config.gate_rank, heads], -1)
        qkv = self.to_chunks(ShortConv.apply(qkv, values[name + "conv.weight"], *rows)[0], 3)
        chunks = len(qkv) // 3
        qk, v = qkv.split([2 * chunks, chunks])
        q, k = L2Norm.apply(qk, L2_EPS)[0].split(chunks)
        decay = torch.tanh(decay) @ values[name + "decay_proj.weight"].mT + values[name + "decay_proj.bias"]
        g = torch.sigmoid(self.to_chunks(decay, 1)) * (self.min_decay - self.max_decay[i]) - self.min_decay
        beta = 2.0 * torch.sigmoid(self.to_chunks(beta + values[name + "beta_bias"], 1))
        out = GatedDelta.apply(q, k, v, g, beta, masks)[0]
        out = RMSNorm.apply(out, values[name + "norm.weight"], config.norm_eps)[0]
        out = self.from_chunks(out) * torch.sigmoid(gate @ values[name + "gate_proj.weight"].mT)
        return self.product(out, name + "out_proj.weight", values, backward)

    def channel_mixing(self, i, values, backward, x):
        """`OdinChannelMixing` with the norm before it."""
        block = f"model.layers.{i}."
        normed = RMSNorm.apply(x, values[block + "channel_norm.weight"], self.config.norm_eps)[0]
        inner = self.product(normed, block + "channel_mixing.up_proj.weight", values, backward)
        return self.product(SquaredReLU.apply(inner)[0], block + "channel_mixing.down_proj.weight", values, backward)

    def product(self, x, name, values, backward):
        """x `[R, in]` times the transpose of a matrix that is trained, or is frozen and has an adapter."""
        if self.lora is None:
            return x @ values[name].mT
        a, b = (values[part] for part in self.lora.names(name))
        return FrozenLinear.apply(x, values[name], backward[name]) + (x @ a.mT * self.lora.scaling) @ b.mT

    def to_chunks(self, x, parts: int):
        """`[R, parts * H * C]` to `[parts * G, Q, C]`."""
        chunked = x.reshape(self.batch, self.seq // CHUNK, CHUNK, parts, self.config.num_heads, -1)
        return chunked.permute(3, 1, 0, 4, 2, 5).reshape(-1, CHUNK, chunked.shape[-1])

    def from_chunks(self, x):
        """`[G, Q, K]` to `[R, D]`."""
        chunked = x.reshape(self.seq // CHUNK, self.batch, self.config.num_heads, CHUNK, -1)
        return chunked.permute(1, 0, 3, 2, 4).reshape(self.batch * self.seq, -1)


def adamw(trained, m, v, gradients, learning_rate, step, clip, loss_scale):
    """One step as `torch.optim.AdamW` takes it after `clip_grad_norm_`, without weight decay.

    Returns:
        the norm `[]` of the gradients before clipping and without their scale; by name, new values and both moments.
    """
    groups = [Group(trained, names) for names in grouped(trained)]
    packed = [[group.pack(tensors) for tensors in (trained, m, v, gradients)] for group in groups]
    norms = torch.stack([torch.linalg.vector_norm(gradient) for *_, gradient in packed])
    norm = torch.linalg.vector_norm(norms) / loss_scale
    factor = (clip / (norm + 1e-6)).clamp(max=1.0) / loss_scale
    beta1, beta2 = BETAS
    # In float64, as PyTorch computes them: of 1 - 0.999 float32 would keep four digits.
    bias1, bias2 = 1 - beta1 ** step.double(), torch.sqrt(1 - beta2 ** step.double())
    rate, eps = (learning_rate * bias2 / bias1).to(norm.dtype), (EPS * bias2).to(norm.dtype)
    new_trained, new_m, new_v = {}, {}, {}
    for group, (value, first, second, gradient) in zip(groups, packed, strict=True):
        gradient = gradient * factor
        first = first * beta1 + gradient * (1 - beta1)
        second = second * beta2 + gradient * gradient * (1 - beta2)
        value = value - first / (torch.sqrt(second) + eps) * rate
        new_trained |= group.unpack(value)
        new_m |= group.unpack(first)
        new_v |= group.unpack(second)
    return norm, new_trained, new_m, new_v


def grouped(tensors) -> list[list[str]]:
    """Names of tensors to be worked on together: each large one by itself, all small ones at once."""
    small = [name for name, tensor in tensors.items() if tensor.numel() < SMALL]
    return [[name] for name in tensors if name not in small] + ([small] if small else [])


class Group:
    """Tensors as one vector; a single one stays as it is."""

    def __init__(self, tensors, names: list[str]):
        self.names = names
        self.shapes = [tensors[name].shape for name in names]

    def pack(self, tensors):
        if len(self.names) == 1:
            return tensors[self.names[0]]
        return torch.cat([tensors[name].flatten() for name in self.names])

    def unpack(self, packed):
        if len(self.names) == 1:
            return {self.names[0]: packed}
        parts = packed.split([shape.numel() for shape in self.shapes])
        return {name: part.view(shape) for name, part, shape in zip(self.names, parts, self.shapes, strict=True)}
