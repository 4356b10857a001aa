"""`OdinCache`: what a layer must remember between two calls. Its size does not depend on the length of the text."""

import torch


class OdinCache:
    """The states of all layers, replaced in place by each forward pass.

    Attributes:
        conv_states: a tensor `[B, k-1, C]` a layer: the last inputs of the convolution (C channels: q, k and v).
        recurrent_states: a float32 tensor `[B, H, K, V]` a layer.
        seen_tokens: how many tokens (padding included) have gone in.
    """

    is_compileable = False

    def __init__(self, conv_states: list[torch.Tensor], recurrent_states: list[torch.Tensor], seen_tokens: int = 0):
        self.conv_states = conv_states
        self.recurrent_states = recurrent_states
        self.seen_tokens = seen_tokens

    @classmethod
    def empty(cls, config, batch_size: int, dtype: torch.dtype, device: torch.device) -> "OdinCache":
        """Zero states for `batch_size` sequences that have not begun."""
        layers = range(config.num_hidden_layers)
        return cls(
            [torch.zeros(batch_size, *config.conv_state_shape, dtype=dtype, device=device) for _ in layers],
            [torch.zeros(batch_size, *config.recurrent_state_shape, device=device) for _ in layers],
        )

    @staticmethod
    def check(cache, config, batch_size: int) -> None:
        """Raises TypeError for an object that is no such cache, ValueError for one of another model or batch size."""
        # Not by isinstance: the cache may come from the same model's code in another module.
        if not (hasattr(cache, "recurrent_states") and hasattr(cache, "conv_states")):
            raise TypeError(
                f"past_key_values must be an OdinCache, as returned with use_cache=True, got {type(cache).__name__}"
            )
        if len(cache.recurrent_states) != config.num_hidden_layers:
            raise ValueError(
                f"past_key_values must have {config.num_hidden_layers} layers as the model, "
                f"got {len(cache.recurrent_states)}: it belongs to another configuration"
            )
        expected = {
            "recurrent_states": (cache.recurrent_states, (batch_size, *config.recurrent_state_shape)),
            "conv_states": (cache.conv_states, (batch_size, *config.conv_state_shape)),
        }
        for name, (states, shape) in expected.items():
            for state in states:
                if tuple(state.shape) != shape:
                    raise ValueError(
                        f"past_key_values.{name} must have the shape {list(shape)}, got {list(state.shape)}: "
                        "it belongs to another batch size or configuration"
                    )

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Number of tokens seen so far."""
        return self.seen_tokens

    def reorder_cache(self, beam_idx: torch.LongTensor) -> None:
        """Selects rows of the batch, as beam search asks for."""
        self._map(lambda x: x.index_select(0, beam_idx.to(x.device)))

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeats each row of the batch."""
        self._map(lambda x: x.repeat_interleave(repeats, 0))

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keeps the rows at `indices`."""
        self._map(lambda x: x[indices])

    def _map(self, function) -> None:
        self.conv_states = [function(x) for x in self.conv_states]
        self.recurrent_states = [function(x) for x in self.recurrent_states]

    def __len__(self) -> int:
        return len(self.recurrent_states)
