"""The time mixings that ODIN was weighed against: Mamba-2, RWKV-6 and RWKV-7, each with its published parts.

They stand in ODIN's block (pre-norm, then squared-ReLU channel mixing) and hold ODIN's state, H heads of K x V, so
that a comparison differs in the time mixing alone. docs/decisions/0002-time-mixing.md has the comparison.
Shapes: B batch, T tokens, D hidden_size, H heads, K = V head_dim.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from .alternative_recurrences import STRONGEST_DECAY, general_recurrence
from .layers_odin import OdinRMSNorm, OdinShortConv, join_state, l2_normalize, same_document


class Mamba2TimeMixing(nn.Module):
    """Mamba-2 (arXiv:2405.21060): scalar decay per head, short convolution, skip, gated norm.

    Here every head has its own B and C (n_groups = H) and the width is not expanded: the state is then ODIN's. The
    norm is over the channels of a group, as published, hence of a head; its weight is shared by the heads.
    """

    def __init__(self, config, layer_idx: int):
        super().__init__()
        self.config = config
        width, heads = config.hidden_size, config.num_heads
        self.splits = [3 * width, width, heads]  # C B x, z, dt
        self.in_proj = nn.Linear(width, sum(self.splits), bias=False)
        self.conv = OdinShortConv(3 * width, config.conv_kernel_size)
        self.dt_bias = nn.Parameter(torch.zeros(heads))
        self.log_rate = nn.Parameter(torch.zeros(heads))
        self.skip = nn.Parameter(torch.ones(heads))
        self.norm = OdinRMSNorm(config.head_dim, config.norm_eps)
        self.out_proj = nn.Linear(width, width, bias=False)

    def init_weights(self, config):
        nn.init.normal_(self.in_proj.weight, std=config.hidden_size**-0.5)
        nn.init.normal_(self.out_proj.weight, std=(2 * config.num_hidden_layers * config.hidden_size) ** -0.5)
        nn.init.ones_(self.skip)
        # A uniform in [1, 16], dt log-uniform in [0.001, 0.1], as published.
        nn.init.uniform_(self.log_rate, 1.0, 16.0)
        nn.init.uniform_(self.dt_bias, math.log(1e-3), math.log(1e-1))
        with torch.no_grad():
            self.log_rate.log_()
            dt = self.dt_bias.exp()
            self.dt_bias.copy_(dt + torch.log(-torch.expm1(-dt)))  # inverse of softplus

    def forward(self, x, conv_state, recurrent_state, mask=None, seq_idx=None):
        """x `[B, T, D]`, mask `[B, T, 1]` (0 at padding); returns `[B, T, D]` and the two new states."""
        heads = (*x.shape[:2], self.config.num_heads, self.config.head_dim)
        qkv, gate, dt = self.in_proj(x).split(self.splits, -1)
        if mask is not None:
            qkv = qkv * mask
        qkv, conv_state = self.conv(qkv, conv_state, mask, seq_idx)
        q, k, v = (part.view(heads) for part in qkv.split(self.config.hidden_size, -1))
        dt = F.softplus(dt.float() + self.dt_bias.float())
        if mask is not None:
            dt = dt * mask
        g = (-self.log_rate.float().exp() * dt).clamp(min=-STRONGEST_DECAY)
        out, recurrent_state = general_recurrence(
            self.config, q, dt[..., None] * k, v, g[..., None], initial_state=recurrent_state, seq_idx=seq_idx
        )
        out = self.norm((out + self.skip[:, None] * v) * F.silu(gate).view(heads))
        return self.out_proj(out.reshape(x.shape)), conv_state, recurrent_state


class LowRank(nn.Module):
    """x -> activation(x A) B, plus a bias."""

    def __init__(self, width: int, rank: int, out: int, activation):
        super().__init__()
        self.down = nn.Parameter(torch.zeros(width, rank))
        self.up = nn.Parameter(torch.zeros(rank, out))
        self.activation = activation

    def init_weights(self, config):
        nn.init.zeros_(self.down)
        nn.init.orthogonal_(self.up, gain=0.1)

    def forward(self, x):
        return self.activation(x @ self.down) @ self.up


class HeadNorm(nn.Module):
    """Layer norm of each head's channels `[B, T, H, V]`, which is RWKV's group norm, with its epsilon."""

    def __init__(self, heads: int, head_dim: int):
        super().__init__()
        self.shape = (heads, head_dim)
        self.weight = nn.Parameter(torch.ones(heads * head_dim))
        self.bias = nn.Parameter(torch.zeros(heads * head_dim))

    def init_weights(self, config):
        nn.init.ones_(self.weight)
        nn.init.zeros_(self.bias)

    def forward(self, x):
        return F.layer_norm(x, self.shape[1:], eps=64e-5) * self.weight.view(self.shape) + self.bias.view(self.shape)


class _RWKVTimeMixing(nn.Module):
    """What RWKV-6 and RWKV-7 share: token shift, projections, per-head norm, initialisation."""

    branches: tuple[str, ...]

    def __init__(self, config, layer_idx: int):
        super().__init__()
        self.config, self.layer_idx = config, layer_idx
        width = config.hidden_size
        self.shift = nn.ParameterDict({name: torch.zeros(width) for name in self.branches})
        self.r_proj = nn.Linear(width, width, bias=False)
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width, bias=False)
        self.decay_bias = nn.Parameter(torch.zeros(width))
        self.decay = LowRank(width, config.decay_rank, width, torch.tanh)
        self.norm = HeadNorm(config.num_heads, config.head_dim)
        self.out_proj = nn.Linear(width, width, bias=False)

    def init_common(self, powers: dict[str, float], decay_power: float, decay_offset: float):
        """Published initialisation: channel i of n looks back more the lower its index and the deeper its layer."""
        width, layers = self.config.hidden_size, self.config.num_hidden_layers
        place = torch.arange(width) / width
        early = 1 - self.layer_idx / layers
        for name, power in powers.items():
            self.shift[name].copy_(1 - place ** (power * early))
        self.decay_bias.copy_(decay_offset + 5 * (torch.arange(width) / (width - 1)) ** decay_power)
        nn.init.zeros_(self.out_proj.weight)

    @property
    def depth(self) -> float:
        return self.layer_idx / max(1, self.config.num_hidden_layers - 1)

    def look_back(self, x, state, mask, seq_idx):
        """The difference `[B, T, D]` from each token to the one before it, and the new state `[B, 1, D]`."""
        joined = join_state(state, x, mask)
        before = joined[:, : x.shape[1]]
        if seq_idx is not None:
            before = before * same_document(seq_idx, 1).to(x.dtype)
        return before - x, joined[:, x.shape[1] :]

    def heads(self, x):
        return x.view(*x.shape[:2], self.config.num_heads, self.config.head_dim)


class RWKV6TimeMixing(_RWKVTimeMixing):
    """RWKV-6 "Finch" (arXiv:2404.05892): data-dependent token shift and decay, and a bonus for the current token."""

    branches = ("x", "w", "k", "v", "r", "g")

    def __init__(self, config, layer_idx: int):
        super().__init__(config, layer_idx)
        width, rank = config.hidden_size, config.decay_rank
        self.mix = nn.ModuleDict({name: LowRank(width, rank, width, torch.tanh) for name in self.branches[1:]})
        self.bonus = nn.Parameter(torch.zeros(config.num_heads, config.head_dim))
        self.gate_proj = nn.Linear(width, width, bias=False)

    @torch.no_grad()
    def init_weights(self, config):
        powers = {"x": 1.0, "w": 1.0, "k": 1.0, "v": 1.0, "r": 0.5, "g": 0.5}
        self.init_common(powers, 0.7 + 1.3 * self.depth, -6.0)
        self.shift["v"].sub_(0.3 * self.depth)
        for linear, gain in ((self.r_proj, 1.0), (self.k_proj, 0.1), (self.v_proj, 1.0), (self.gate_proj, 0.1)):
            nn.init.orthogonal_(linear.weight, gain)
        index = torch.arange(config.hidden_size)
        zigzag = ((index + 1) % 3 - 1) * 0.1
        self.bonus.copy_((self.depth * (1 - index / (config.hidden_size - 1)) + zigzag).view_as(self.bonus))

    def forward(self, x, conv_state, recurrent_state, mask=None, seq_idx=None):
        """x `[B, T, D]`, mask `[B, T, 1]` (0 at padding); returns `[B, T, D]` and the two new states."""
        if mask is not None:
            x = x * mask
        back, conv_state = self.look_back(x, conv_state, mask, seq_idx)
        about = x + back * self.shift["x"]
        w, k, v, r, gate = (x + back * (self.shift[name] + self.mix[name](about)) for name in self.branches[1:])
        r, k, v = self.heads(self.r_proj(r)), self.heads(self.k_proj(k)), self.heads(self.v_proj(v))
        # Clamped before exp: behind it, an overflow would make the gradient 0 * inf.
        g = -(self.decay_bias + self.decay(w)).float().clamp(max=math.log(STRONGEST_DECAY)).exp()
        if mask is not None:
            g, k = g * mask, k * mask[..., None]
        out, recurrent_state = general_recurrence(
            self.config, r, k, v, self.heads(g), initial_state=recurrent_state, seq_idx=seq_idx, read_before=True
        )
        out = out + (r * self.bonus * k).sum(-1, keepdim=True) * v
        out = self.norm(out).reshape(x.shape) * F.silu(self.gate_proj(gate))
        return self.out_proj(out), conv_state, recurrent_state


class RWKV7TimeMixing(_RWKVTimeMixing):
    """RWKV-7 "Goose" (arXiv:2503.14456): the delta rule with a rate per channel and a removal key of its own.

    Left out: the value residual across layers, which any of the time mixings could have.
    """

    branches = ("r", "w", "k", "v", "a", "g")

    def __init__(self, config, layer_idx: int):
        super().__init__(config, layer_idx)
        width = config.hidden_size
        self.rate_bias = nn.Parameter(torch.zeros(width))
        self.rate = LowRank(width, config.decay_rank, width, nn.Identity())
        self.gate = LowRank(width, config.gate_rank, width, torch.sigmoid)
        self.removal_scale = nn.Parameter(torch.zeros(width))
        self.rate_share = nn.Parameter(torch.zeros(width))
        self.bonus = nn.Parameter(torch.zeros(config.num_heads, config.head_dim))

    @torch.no_grad()
    def init_weights(self, config):
        powers = {"r": 0.2, "w": 0.9, "k": 0.7, "v": 0.7, "a": 0.9, "g": 0.2}
        self.init_common(powers, 0.85 + self.depth**0.5, -6.5)
        for linear, scale in ((self.r_proj, 0.5), (self.k_proj, 0.05), (self.v_proj, 0.5)):
            bound = scale * config.hidden_size**-0.5
            nn.init.uniform_(linear.weight, -bound, bound)
        nn.init.zeros_(self.rate_bias)
        nn.init.constant_(self.removal_scale, 0.85)
        nn.init.ones_(self.rate_share)
        nn.init.zeros_(self.bonus)

    def forward(self, x, conv_state, recurrent_state, mask=None, seq_idx=None):
        """x `[B, T, D]`, mask `[B, T, 1]` (0 at padding); returns `[B, T, D]` and the two new states."""
        if mask is not None:
            x = x * mask
        back, conv_state = self.look_back(x, conv_state, mask, seq_idx)
        r, w, k, v, a, gate = (x + back * self.shift[name] for name in self.branches)
        r, k, v = self.r_proj(r), self.k_proj(k), self.heads(self.v_proj(v))
        g = -math.exp(-0.5) * torch.sigmoid((self.decay_bias + self.decay(w)).float())
        rate = torch.sigmoid(self.rate_bias + self.rate(a))
        removal = l2_normalize(self.heads(k * self.removal_scale), eps=1e-12)
        k = self.heads(k * (1 + (rate - 1) * self.rate_share))
        if mask is not None:
            g, k, removal = g * mask, k * mask[..., None], removal * mask[..., None]
        r, erase = self.heads(r), (removal, self.heads(rate))
        out, recurrent_state = general_recurrence(
            self.config, r, k, v, self.heads(g), erase, initial_state=recurrent_state, seq_idx=seq_idx
        )
        out = self.norm(out) + (r * self.bonus * k).sum(-1, keepdim=True) * v
        return self.out_proj(out.reshape(x.shape) * self.gate(gate)), conv_state, recurrent_state


ALTERNATIVES = {"mamba2": Mamba2TimeMixing, "rwkv6": RWKV6TimeMixing, "rwkv7": RWKV7TimeMixing}
