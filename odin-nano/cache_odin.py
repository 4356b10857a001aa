"""`OdinCache`: what a layer must remember between two calls. Its size does not depend on the length of the text."""

import torch


class OdinCache:
    """The states of all layers, replaced in place by each forward pass.

    Attributes:
        conv_states: a tensor `[B, k-1, C]` a layer: the last inputs of the convolution (C = 3 * hidden_size: q, k, v).
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
        conv_shape = (batch_size, config.conv_kernel_size - 1, 3 * config.hidden_size)
        state_shape = (batch_size, config.num_heads, config.head_dim, config.head_dim)
        layers = range(config.num_hidden_layers)
        return cls(
            [torch.zeros(conv_shape, dtype=dtype, device=device) for _ in layers],
            [torch.zeros(state_shape, dtype=torch.float32, device=device) for _ in layers],
        )

    def check(self, config, batch_size: int) -> None:
        """Raises ValueError when the states were made for another configuration or batch size."""
        if len(self.recurrent_states) != config.num_hidden_layers:
            raise ValueError(
                f"past_key_values has {len(self.recurrent_states)} layers, the model has {config.num_hidden_layers}"
            )
        expected = (batch_size, config.num_heads, config.head_dim, config.head_dim)
        if tuple(self.recurrent_states[0].shape) != expected:
            raise ValueError(
                f"past_key_values holds states of shape {tuple(self.recurrent_states[0].shape)}, "
                f"expected [batch, heads, K, V] = {expected}"
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
