"""ODIN's time mixing: from a token's vector to the gated delta rule and back.

Shapes: B batch, T tokens, D hidden_size, H heads, K = V head_dim, n recurrence passes.
"""

import math

import torch
from torch import nn

from .layers_odin import OdinLinear, OdinRMSNorm, OdinShortConv, init_with, l2_normalize
from .recurrence import select_form


# exp(g) stays in (0.545, 0.99994): RWKV-7's range, with a floor on the decay that keeps the state bounded.
MAX_DECAY = math.exp(-0.5)
MIN_DECAY = 2.0**-14
# With `decay_hierarchy`, the strongest decay of the last layer: even there a channel can forget within 64 tokens.
MAX_DECAY_LAST = 2.0**-6


class OdinDecayProjection(nn.Linear):
    """The last map before the sigmoid of the decay.

    Starts with memories of about 2 to about 4,000 tokens in each head, evenly in log time over its channels, and with
    little dependence on the input.
    """

    def __init__(self, config, max_decay: float):
        super().__init__(config.decay_rank, config.hidden_size)
        self.max_decay = max_decay

    def init_weights(self, config):
        nn.init.normal_(self.weight, std=0.1 * config.decay_rank**-0.5)
        memory = torch.logspace(math.log10(2.0), math.log10(4000.0), config.head_dim)
        share = ((1.0 / memory - MIN_DECAY) / (self.max_decay - MIN_DECAY)).clamp(1e-4, 1 - 1e-4)
        init_with(self.bias, torch.logit(share).repeat(config.num_heads))


class OdinTimeMixing(nn.Module):
    """Mixes along time through a matrix state per head; see `recurrence.py` for the rule."""

    def __init__(self, config, layer_idx: int):
        super().__init__()
        self.config = config
        self.max_decay = MAX_DECAY
        if config.decay_hierarchy and config.num_hidden_layers > 1:
            depth = layer_idx / (config.num_hidden_layers - 1)
            self.max_decay = MAX_DECAY * (MAX_DECAY_LAST / MAX_DECAY) ** depth
        width, passes = config.hidden_size, config.recurrence_passes
        # One matrix product for everything that reads x: q, k and v, the low-rank inputs of decay and gate, the rates.
        self.qkv = [width, passes * width, passes * width]
        self.splits = [sum(self.qkv), config.decay_rank, config.gate_rank, passes * config.num_heads]
        self.in_proj = OdinLinear(width, sum(self.splits), std=width**-0.5)
        self.conv = OdinShortConv(sum(self.qkv), config.conv_kernel_size)
        self.decay_proj = OdinDecayProjection(config, self.max_decay)
        self.gate_proj = OdinLinear(config.gate_rank, width, std=config.gate_rank**-0.5)
        self.beta_bias = nn.Parameter(torch.zeros(passes * config.num_heads))
        self.norm = OdinRMSNorm(config.head_dim, config.norm_eps)
        # Residual branches start small, so that depth does not blow up the stream.
        self.out_proj = OdinLinear(width, width, std=(2 * config.num_hidden_layers * width) ** -0.5)

    def init_weights(self, config):
        nn.init.zeros_(self.beta_bias)

    def forward(self, x, conv_state, recurrent_state, mask=None, seq_idx=None):
        """x `[B, T, D]`, mask `[B, T, 1]` (0 at padding); returns `[B, T, D]` and the two new states."""
        config, batch = self.config, x.shape[0]
        heads = (batch, -1, config.num_heads, config.head_dim)
        qkv, decay, gate, beta = self.in_proj(x).split(self.splits, -1)
        if mask is not None:
            # Padding reaches the state neither through the convolution nor through a write.
            qkv = qkv * mask
        qkv, conv_state = self.conv(qkv, conv_state, mask, seq_idx)
        q, k, v = (part.reshape(heads) for part in qkv.split(self.qkv, -1))
        q, k = self.normalize(q), self.normalize(k)
        g = self.log_decay(decay).view(heads)
        beta = 2.0 * torch.sigmoid(beta.float() + self.beta_bias.float())
        if mask is not None:
            g, beta = g * mask[..., None], beta * mask
        if config.recurrence_passes > 1:
            q, g, beta, seq_idx = self.spread(q, g, beta, seq_idx)
        form = select_form(config.recurrence, x.device.type, q.shape[1])
        out, recurrent_state = form(q, k, v, g, beta, recurrent_state, seq_idx, config.chunk_size)
        if config.recurrence_passes > 1:
            out = out[:, config.recurrence_passes - 1 :: config.recurrence_passes]
        out = self.norm(out).reshape(x.shape) * torch.sigmoid(self.gate_proj(gate))
        return self.out_proj(out), conv_state, recurrent_state

    def normalize(self, x):
        """Queries or keys `[B, T, H, K]` to norm at most 1: on the sphere, or for slot heads a softmax over slots."""
        slots = self.config.slot_heads
        if slots == 0:
            return l2_normalize(x)
        free, slotted = x.split([self.config.num_heads - slots, slots], 2)
        return torch.cat([l2_normalize(free), torch.softmax(slotted.float(), -1)], 2)

    def log_decay(self, x):
        """Low-rank input `[B, T, decay_rank]` to g `[B, T, D]` in (-max_decay, -MIN_DECAY), float32."""
        g = -(MIN_DECAY + (self.max_decay - MIN_DECAY) * torch.sigmoid(self.decay_proj(torch.tanh(x)).float()))
        slow = self.config.slow_heads * self.config.head_dim
        if slow == 0:
            return g
        return torch.cat([torch.full_like(g[..., :slow], -MIN_DECAY), g[..., slow:]], -1)

    def spread(self, q, g, beta, seq_idx):
        """Queries, decays, rates and documents of tokens to those of their n passes: decay first, read last."""
        passes = self.config.recurrence_passes
        nothing = q.new_zeros(*q.shape[:2], passes - 1, *q.shape[2:])
        q = torch.cat([nothing, q.unsqueeze(2)], 2).flatten(1, 2)
        g = torch.cat([g.unsqueeze(2), nothing.to(g.dtype)], 2).flatten(1, 2)
        beta = beta.unflatten(-1, (passes, -1)).flatten(1, 2)
        return q, g, beta, None if seq_idx is None else seq_idx.repeat_interleave(passes, 1)
