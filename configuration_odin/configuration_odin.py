"""`OdinConfig`: every dimension of an ODIN model, and the presets `odin-nano` and `odin-100m`."""

import difflib

from transformers import PretrainedConfig


# Ids are those of the tokenizer that data_chef trains: its special tokens come first, in this order.
PRESETS = {
    "odin-nano": {
        "vocab_size": 4096,
        "hidden_size": 192,
        "num_hidden_layers": 6,
        "head_dim": 32,
        "intermediate_size": 576,
        "decay_rank": 32,
        "gate_rank": 32,
    },
    "odin-100m": {
        "vocab_size": 8192,
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "head_dim": 64,
        "intermediate_size": 3328,
        "decay_rank": 64,
        "gate_rank": 128,
    },
}


CHOICES = {
    "recurrence": ("auto", "fused", "chunked", "recurrent"),
    "time_mixing": ("gated_delta", "mamba2", "rwkv6", "rwkv7"),
}


class OdinConfig(PretrainedConfig):
    """Configuration of an ODIN model: a stack of gated-delta-rule time mixing and squared-ReLU channel mixing.

    Args:
        vocab_size: number of token ids.
        hidden_size: width D of the residual stream.
        num_hidden_layers: number of blocks L.
        head_dim: key and value width K = V of one head; must divide `hidden_size`. The number of heads is
            H = hidden_size / head_dim.
        intermediate_size: width of the channel mixing; 4 * hidden_size when not given.
        conv_kernel_size: tokens k seen by the causal depthwise convolution on q, k, v.
        decay_rank: rank of the data-dependent part of the per-channel decay.
        gate_rank: rank of the output gate.
        chunk_size: tokens handled at once by the chunked recurrence. Its factors reach exp(0.61 * chunk_size / 2),
            so more than 128 would overflow float32.
        recurrence: `"auto"`, `"fused"`, `"chunked"` or `"recurrent"`; `"auto"` takes for more than one token the fused
            form where CUDA and fla are there, else the chunked one.
        time_mixing: `"gated_delta"`, ODIN's own; or what it was weighed against (docs/decisions/0002-time-mixing.md):
            `"mamba2"`, `"rwkv6"`, `"rwkv7"`.
        recurrence_passes: delta-rule updates n per token, each with its own key, value and rate; the state decays
            before the first and is read after the last (DeltaProduct, arXiv:2502.10297). gated_delta only, as are:
        slow_heads: heads of each layer whose decay is pinned to its floor: only a write clears them.
        slot_heads: heads whose queries and keys are a softmax over the K rows of the state: addressed slots.
        decay_hierarchy: the strongest decay falls from layer to layer, so that upper layers remember longer.
        norm_eps: epsilon of every RMS norm.
        initializer_range: standard deviation of the embedding.

    Raises:
        ValueError: a dimension is impossible, or a keyword is close to the name of a known one (a typo).
    """

    model_type = "odin"
    keys_to_ignore_at_inference = ["past_key_values"]

    def __init__(
        self,
        vocab_size: int = 32768,
        hidden_size: int = 768,
        num_hidden_layers: int = 12,
        head_dim: int = 64,
        intermediate_size: int | None = None,
        conv_kernel_size: int = 4,
        decay_rank: int = 64,
        gate_rank: int = 128,
        chunk_size: int = 32,
        recurrence: str = "auto",
        time_mixing: str = "gated_delta",
        recurrence_passes: int = 1,
        slow_heads: int = 0,
        slot_heads: int = 0,
        decay_hierarchy: bool = False,
        norm_eps: float = 1e-5,
        initializer_range: float = 0.02,
        use_cache: bool = True,
        pad_token_id: int = 0,
        bos_token_id: int | None = None,
        eos_token_id: int = 2,
        tie_word_embeddings: bool = True,
        **kwargs,
    ):
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.num_hidden_layers = num_hidden_layers
        self.head_dim = head_dim
        self.intermediate_size = 4 * hidden_size if intermediate_size is None else intermediate_size
        self.conv_kernel_size = conv_kernel_size
        self.decay_rank = decay_rank
        self.gate_rank = gate_rank
        self.chunk_size = chunk_size
        self.recurrence = recurrence
        self.time_mixing = time_mixing
        self.recurrence_passes = recurrence_passes
        self.slow_heads = slow_heads
        self.slot_heads = slot_heads
        self.decay_hierarchy = decay_hierarchy
        self.norm_eps = norm_eps
        self.initializer_range = initializer_range
        self.use_cache = use_cache
        self._validate(kwargs)
        self.num_heads = hidden_size // head_dim
        super().__init__(
            pad_token_id=pad_token_id,
            bos_token_id=bos_token_id,
            eos_token_id=eos_token_id,
            tie_word_embeddings=tie_word_embeddings,
            **kwargs,
        )
        self.auto_map = {
            "AutoConfig": "configuration_odin.OdinConfig",
            "AutoModel": "modeling_odin.OdinModel",
            "AutoModelForCausalLM": "modeling_odin.OdinForCausalLM",
        }

    def _validate(self, extra: dict) -> None:
        known = [name for name in vars(self) if not name.startswith("_")]
        for key in extra:
            # transformers passes many keys of its own here, so only a near miss of one of ours is refused.
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.85)
            if near and key not in known:
                raise ValueError(f"OdinConfig has no key '{key}'; did you mean '{near[0]}'?")
        for name in (
            "vocab_size",
            "hidden_size",
            "num_hidden_layers",
            "head_dim",
            "intermediate_size",
            "decay_rank",
            "gate_rank",
            "recurrence_passes",
        ):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1:
                raise ValueError(f"{name} must be a positive integer, got {getattr(self, name)!r}")
        if self.hidden_size % self.head_dim:
            raise ValueError(f"head_dim ({self.head_dim}) must divide hidden_size ({self.hidden_size})")
        if self.conv_kernel_size < 2:
            raise ValueError(f"conv_kernel_size must be at least 2, got {self.conv_kernel_size}")
        if not 1 <= self.chunk_size <= 128:
            raise ValueError(f"chunk_size must be between 1 and 128, got {self.chunk_size}")
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, got {getattr(self, name)!r}")
        heads = self.hidden_size // self.head_dim
        if self.slow_heads < 0 or self.slot_heads < 0 or self.slow_heads + self.slot_heads > heads:
            raise ValueError(
                f"slow_heads ({self.slow_heads}) and slot_heads ({self.slot_heads}) must be at least 0 and together "
                f"at most the number of heads, {heads}"
            )
        if self.time_mixing != "gated_delta":
            for name, plain in {
                "recurrence_passes": 1,
                "slow_heads": 0,
                "slot_heads": 0,
                "decay_hierarchy": 0,
            }.items():
                if getattr(self, name) != plain:
                    raise ValueError(f"{name} needs time_mixing 'gated_delta', got '{self.time_mixing}'")

    @property
    def conv_state_shape(self) -> tuple[int, int]:
        """(tokens, channels) of what a layer remembers of its last inputs."""
        if self.time_mixing.startswith("rwkv"):
            return (1, self.hidden_size)
        return (self.conv_kernel_size - 1, (1 + 2 * self.recurrence_passes) * self.hidden_size)

    @property
    def recurrent_state_shape(self) -> tuple[int, int, int]:
        """(H, K, V) of a layer's matrix states."""
        return (self.num_heads, self.head_dim, self.head_dim)

    @classmethod
    def from_preset(cls, name: str, **overrides) -> "OdinConfig":
        """The named size, with single values replaced by keyword.

        Raises:
            ValueError: no such preset, or an override that is not a key of the configuration.
        """
        if name not in PRESETS:
            near = difflib.get_close_matches(name, PRESETS, n=1, cutoff=0.0)[0]
            raise ValueError(f"unknown preset '{name}'; did you mean '{near}'? Known presets: {', '.join(PRESETS)}")
        known = vars(cls())
        for key in overrides:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
                raise ValueError(f"OdinConfig has no key '{key}'; did you mean '{near}'?")
        return cls(**{**PRESETS[name], **overrides})


__all__ = ["PRESETS", "OdinConfig"]
