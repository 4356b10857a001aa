"""The layers that every variant of the model is built from. Shapes: B batch, T tokens, D hidden_size, C channels."""

import torch
from torch import nn
from torch.nn import functional as F


class OdinLinear(nn.Linear):
    """A linear map without bias that knows how it starts: normal, with standard deviation `std`.

    Every layer with parameters initialises its own and no other's: transformers calls `init_weights` only where a
    weight is missing, layer by layer.
    """

    def __init__(self, in_features: int, out_features: int, std: float):
        super().__init__(in_features, out_features, bias=False)
        self.std = std

    def init_weights(self, config):
        nn.init.normal_(self.weight, std=self.std)


def init_with(parameter, value) -> None:
    """Gives a parameter its first value, unless transformers has marked it as loaded."""
    if not getattr(parameter, "_is_hf_initialized", False):
        with torch.no_grad():
            parameter.copy_(value)


class OdinRMSNorm(nn.Module):
    """Root-mean-square norm over the last dimension, computed in float32."""

    def __init__(self, size: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def init_weights(self, config):
        nn.init.ones_(self.weight)

    def forward(self, x):
        return F.rms_norm(x.float(), (x.shape[-1],), self.weight.float(), self.eps).to(x.dtype)


class OdinShortConv(nn.Module):
    """Causal depthwise convolution over the last k tokens, followed by SiLU. State: the last k-1 inputs."""

    def __init__(self, channels: int, kernel_size: int):
        super().__init__()
        # Tap j looks k-1-j tokens back.
        self.weight = nn.Parameter(torch.zeros(kernel_size, channels))

    def init_weights(self, config):
        # Starts as the identity on the current token, with a little of the tokens before it.
        start = 0.1 * torch.randn_like(self.weight)
        start[-1] += 1.0
        init_with(self.weight, start)

    def forward(self, x, state, mask=None, seq_idx=None):
        """x `[B, T, C]`, state `[B, k-1, C]`, mask `[B, T, 1]`; returns `[B, T, C]` and the new state."""
        taps, length = self.weight.shape[0], x.shape[1]
        padded = join_state(state, x, mask)
        out = x * self.weight[-1]
        for j in range(taps - 1):
            shifted = padded[:, j : j + length]
            if seq_idx is not None:
                shifted = shifted * same_document(seq_idx, taps - 1 - j).to(x.dtype)
            out = out + shifted * self.weight[j]
        return F.silu(out), padded[:, length:]


def join_state(state, x, mask=None):
    """The inputs before x and x itself along time, `[B, k-1 + T, C]`.

    Padding (mask 0) is on the left of x; the state then stands directly before the first token that is not padding.
    """
    joined = torch.cat([state, x], 1)
    if mask is None:
        return joined
    place = torch.arange(joined.shape[1], device=x.device)
    padding = (mask[..., 0] == 0).sum(1, keepdim=True)
    source = torch.where(place < padding + state.shape[1], (place - padding).clamp(min=0), place)
    return joined.gather(1, source[..., None].expand_as(joined))


def same_document(seq_idx, back: int):
    """`[B, T, 1]`: whether the token `back` places earlier is of the same document. Before the row's start counts as
    the first document, which may continue a cached state."""
    earlier = torch.cat([seq_idx[:, :1].expand(-1, back), seq_idx], 1)[:, : seq_idx.shape[1]]
    return (earlier == seq_idx)[..., None]


class OdinChannelMixing(nn.Module):
    """Squared-ReLU MLP."""

    def __init__(self, config):
        super().__init__()
        width, inner = config.hidden_size, config.intermediate_size
        self.up_proj = OdinLinear(width, inner, std=width**-0.5)
        # Residual branches start small, so that depth does not blow up the stream.
        self.down_proj = OdinLinear(inner, width, std=(2 * config.num_hidden_layers * inner) ** -0.5)

    def forward(self, x):
        return self.down_proj(squared_relu(self.up_proj(x)))


def squared_relu(x):
    """max(x, 0)^2, as a product: `square` is several times slower in training on CPU."""
    x = F.relu(x)
    return x * x


def l2_normalize(x, eps: float = 1e-6):
    """x / |x| over the last dimension; zero stays zero."""
    x = x.float()
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + eps)
