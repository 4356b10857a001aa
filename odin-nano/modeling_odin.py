"""ODIN: an attention-free language model whose time mixing is the gated delta rule with per-channel decay.

A block is pre-norm time mixing, then pre-norm channel mixing, each with a residual around it. Shapes: B batch,
T tokens, D hidden_size, H heads, K = V head_dim, C = 3 * H * K channels of q, k and v together.
"""

import math
import shutil
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from transformers import GenerationMixin, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPast, CausalLMOutputWithPast


# A saved model is one flat folder, where the configuration is a sibling file; in this repository it is a package.
try:
    from .configuration_odin import OdinConfig
except ModuleNotFoundError:
    from configuration_odin.configuration_odin import OdinConfig
from .cache_odin import OdinCache
from .recurrence import FORMS


# exp(g) stays in (0.545, 0.99994): RWKV-7's range, with a floor on the decay that keeps the state bounded.
MAX_DECAY = math.exp(-0.5)
MIN_DECAY = 2.0**-14


class OdinRMSNorm(nn.Module):
    """Root-mean-square norm over the last dimension, computed in float32."""

    def __init__(self, size: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        return F.rms_norm(x.float(), (x.shape[-1],), self.weight.float(), self.eps).to(x.dtype)


class OdinShortConv(nn.Module):
    """Causal depthwise convolution over the last k tokens, followed by SiLU. State: the last k-1 inputs."""

    def __init__(self, channels: int, kernel_size: int):
        super().__init__()
        # Tap j looks k-1-j tokens back.
        self.weight = nn.Parameter(torch.zeros(kernel_size, channels))

    def forward(self, x, state, seq_idx=None):
        """x `[B, T, C]`, state `[B, k-1, C]`; returns `[B, T, C]` and the new state."""
        taps, length = self.weight.shape[0], x.shape[1]
        padded = torch.cat([state, x], 1)
        out = x * self.weight[-1]
        for j in range(taps - 1):
            shifted = padded[:, j : j + length]
            if seq_idx is not None:
                shifted = shifted * self._same_document(seq_idx, taps - 1 - j).to(x.dtype)
            out = out + shifted * self.weight[j]
        return F.silu(out), padded[:, length:]

    @staticmethod
    def _same_document(seq_idx, back):
        """`[B, T, 1]`: whether the token `back` places earlier is of the same document. Before the row's start counts
        as the first document, which may continue a cached state."""
        earlier = torch.cat([seq_idx[:, :1].expand(-1, back), seq_idx], 1)[:, : seq_idx.shape[1]]
        return (earlier == seq_idx)[..., None]


class OdinTimeMixing(nn.Module):
    """Mixes along time through a matrix state per head; see `recurrence.py` for the rule."""

    def __init__(self, config: OdinConfig):
        super().__init__()
        self.config = config
        width = config.hidden_size
        # One matrix product for everything that reads x: q, k, v, the low-rank inputs of decay and gate, and the rate.
        self.splits = [3 * width, config.decay_rank, config.gate_rank, config.num_heads]
        self.in_proj = nn.Linear(width, sum(self.splits), bias=False)
        self.conv = OdinShortConv(3 * width, config.conv_kernel_size)
        self.decay_proj = nn.Linear(config.decay_rank, width)
        self.gate_proj = nn.Linear(config.gate_rank, width, bias=False)
        self.beta_bias = nn.Parameter(torch.zeros(config.num_heads))
        self.norm = OdinRMSNorm(config.head_dim, config.norm_eps)
        self.out_proj = nn.Linear(width, width, bias=False)

    def forward(self, x, conv_state, recurrent_state, mask=None, seq_idx=None):
        """x `[B, T, D]`, mask `[B, T, 1]` (0 at padding); returns `[B, T, D]` and the two new states."""
        heads = (*x.shape[:2], self.config.num_heads, self.config.head_dim)
        qkv, decay, gate, beta = self.in_proj(x).split(self.splits, -1)
        if mask is not None:
            # Padding reaches the state neither through the convolution nor through a write.
            qkv = qkv * mask
        qkv, conv_state = self.conv(qkv, conv_state, seq_idx)
        q, k, v = (part.view(heads) for part in qkv.split(self.config.hidden_size, -1))
        q, k = l2_normalize(q), l2_normalize(k)
        decay = self.decay_proj(torch.tanh(decay)).float()
        g = -(MIN_DECAY + (MAX_DECAY - MIN_DECAY) * torch.sigmoid(decay))
        beta = 2.0 * torch.sigmoid(beta.float() + self.beta_bias.float())
        if mask is not None:
            g, beta = g * mask, beta * mask
        out, recurrent_state = self.recurrence(q, k, v, g.view(heads), beta, recurrent_state, seq_idx)
        out = self.norm(out).reshape(x.shape) * torch.sigmoid(self.gate_proj(gate))
        return self.out_proj(out), conv_state, recurrent_state

    def recurrence(self, q, k, v, g, beta, state, seq_idx):
        """Picks the form of the recurrence: the only place that does."""
        form = self.config.recurrence
        if form == "auto":
            form = "chunked" if q.shape[1] > 1 else "recurrent"
        return FORMS[form](q, k, v, g, beta, state, seq_idx, self.config.chunk_size)


def squared_relu(x):
    """max(x, 0)^2, as a product: `square` is several times slower in training on CPU."""
    x = F.relu(x)
    return x * x


class OdinChannelMixing(nn.Module):
    """Squared-ReLU MLP."""

    def __init__(self, config: OdinConfig):
        super().__init__()
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x):
        return self.down_proj(squared_relu(self.up_proj(x)))


class OdinBlock(nn.Module):
    """Time mixing and channel mixing, each pre-normed and residual."""

    def __init__(self, config: OdinConfig):
        super().__init__()
        self.time_norm = OdinRMSNorm(config.hidden_size, config.norm_eps)
        self.time_mixing = OdinTimeMixing(config)
        self.channel_norm = OdinRMSNorm(config.hidden_size, config.norm_eps)
        self.channel_mixing = OdinChannelMixing(config)

    def forward(self, x, conv_state, recurrent_state, mask=None, seq_idx=None):
        mixed, conv_state, recurrent_state = self.time_mixing(
            self.time_norm(x), conv_state, recurrent_state, mask, seq_idx
        )
        x = x + mixed
        return x + self.channel_mixing(self.channel_norm(x)), conv_state, recurrent_state


def l2_normalize(x, eps: float = 1e-6):
    """x / |x| over the last dimension; zero stays zero."""
    x = x.float()
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + eps)


class OdinPreTrainedModel(PreTrainedModel):
    """Initialisation and saving, common to the bare model and the language model."""

    config_class = OdinConfig
    base_model_prefix = "model"
    supports_gradient_checkpointing = False
    _no_split_modules = ["OdinBlock"]
    # The states cannot be cut back to an earlier token, so generation must not try (assisted decoding and the like).
    _is_stateful = True

    @classmethod
    def _supports_default_dynamic_cache(cls) -> bool:
        """No key-value cache: without states the forward pass makes an `OdinCache` of its own."""
        return False

    def _init_weights(self, module):
        config = self.config
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=config.initializer_range)
        elif isinstance(module, OdinRMSNorm):
            nn.init.ones_(module.weight)
        elif isinstance(module, OdinShortConv):
            # Starts as the identity on the current token, with a little of the tokens before it.
            nn.init.normal_(module.weight, std=0.1)
            with torch.no_grad():
                module.weight[-1] += 1.0
        elif isinstance(module, OdinTimeMixing):
            nn.init.normal_(module.in_proj.weight, std=config.hidden_size**-0.5)
            nn.init.normal_(module.decay_proj.weight, std=0.1 * config.decay_rank**-0.5)
            nn.init.normal_(module.gate_proj.weight, std=config.gate_rank**-0.5)
            # Residual branches start small, so that depth does not blow up the stream.
            nn.init.normal_(module.out_proj.weight, std=(2 * config.num_hidden_layers * config.hidden_size) ** -0.5)
            nn.init.zeros_(module.beta_bias)
            # Memory of each head from about 2 to about 4,000 tokens, evenly in log time over its channels.
            memory = torch.logspace(math.log10(2.0), math.log10(4000.0), config.head_dim)
            share = ((1.0 / memory - MIN_DECAY) / (MAX_DECAY - MIN_DECAY)).clamp(1e-4, 1 - 1e-4)
            with torch.no_grad():
                module.decay_proj.bias.copy_(torch.logit(share).repeat(config.num_heads))
        elif isinstance(module, OdinChannelMixing):
            nn.init.normal_(module.up_proj.weight, std=config.hidden_size**-0.5)
            std = (2 * config.num_hidden_layers * config.intermediate_size) ** -0.5
            nn.init.normal_(module.down_proj.weight, std=std)

    def save_pretrained(self, save_directory, **kwargs):
        """As transformers does, and the code files beside the weights: the folder needs nothing of this repository.

        The files are found where this very class was loaded from, so a folder loaded with `trust_remote_code` saves
        its own code again.
        """
        super().save_pretrained(save_directory, **kwargs)
        own = Path(sys.modules[type(self).__module__].__file__).parent
        sources = [own / name for name in ("modeling_odin.py", "cache_odin.py", "recurrence.py")]
        sources.append(Path(sys.modules[OdinConfig.__module__].__file__))
        for source in sources:
            if source.resolve().parent != Path(save_directory).resolve():
                shutil.copyfile(source, Path(save_directory) / source.name)


class OdinModel(OdinPreTrainedModel):
    """The stack of blocks, from token ids to normed hidden states."""

    def __init__(self, config: OdinConfig):
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(OdinBlock(config) for _ in range(config.num_hidden_layers))
        self.norm = OdinRMSNorm(config.hidden_size, config.norm_eps)
        self.post_init()

    def get_input_embeddings(self):
        return self.embed_tokens

    def set_input_embeddings(self, value):
        self.embed_tokens = value

    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        attention_mask: torch.Tensor | None = None,
        past_key_values: OdinCache | None = None,
        inputs_embeds: torch.Tensor | None = None,
        use_cache: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        seq_idx: torch.LongTensor | None = None,
        **kwargs,
    ):
        """Runs the blocks.

        Args:
            input_ids: `[B, T]` token ids, or `inputs_embeds` `[B, T, D]` in their place.
            attention_mask: `[B, T]` or `[B, past + T]`; 0 marks padding, which leaves the states as they were.
            past_key_values: states to continue from; they are replaced in place.
            seq_idx: `[B, T]` document of each token; states are kept apart where it changes (packed training).

        Raises:
            ValueError: both or neither of ids and embeddings, an empty sequence, an id outside the vocabulary, or
                states of another model or batch size.
        """
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("give exactly one of input_ids and inputs_embeds")
        if inputs_embeds is None:
            check_token_ids(input_ids, self.config.vocab_size)
            inputs_embeds = self.embed_tokens(input_ids)
        batch, length = inputs_embeds.shape[:2]
        if length == 0:
            raise ValueError("the sequence is empty: give at least one token")
        use_cache = self.config.use_cache and not self.training if use_cache is None else use_cache
        if output_hidden_states is None:
            output_hidden_states = self.config.output_hidden_states
        return_dict = self.config.use_return_dict if return_dict is None else return_dict

        if past_key_values is not None:
            past_key_values.check(self.config, batch)
        x = inputs_embeds
        states = past_key_values or OdinCache.empty(self.config, batch, x.dtype, x.device)
        mask = None
        if attention_mask is not None and not bool((attention_mask[:, -length:] != 0).all()):
            mask = attention_mask[:, -length:, None].to(x.dtype)
        hidden_states: tuple[torch.Tensor, ...] = ()
        for i, layer in enumerate(self.layers):
            if output_hidden_states:
                hidden_states += (x,)
            x, states.conv_states[i], states.recurrent_states[i] = layer(
                x, states.conv_states[i], states.recurrent_states[i], mask, seq_idx
            )
        states.seen_tokens += length
        x = self.norm(x)
        if output_hidden_states:
            hidden_states += (x,)
        output = BaseModelOutputWithPast(
            last_hidden_state=x,
            past_key_values=states if use_cache else None,  # type: ignore[arg-type]  # not a Cache: see OdinCache
            hidden_states=hidden_states if output_hidden_states else None,  # type: ignore[arg-type]
        )
        return output if return_dict else output.to_tuple()


class OdinForCausalLM(OdinPreTrainedModel, GenerationMixin):  # type: ignore[misc]  # as all of transformers' own
    """`OdinModel` with a language-model head, whose weight is the embedding's unless untied."""

    _tied_weights_keys = {"lm_head.weight": "model.embed_tokens.weight"}  # type: ignore[assignment]

    def __init__(self, config: OdinConfig):
        super().__init__(config)
        self.model = OdinModel(config)
        self.vocab_size = config.vocab_size
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.model.embed_tokens

    def set_input_embeddings(self, value):
        self.model.embed_tokens = value

    def get_output_embeddings(self):
        return self.lm_head

    def set_output_embeddings(self, value):
        self.lm_head = value

    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        attention_mask: torch.Tensor | None = None,
        past_key_values: OdinCache | None = None,
        inputs_embeds: torch.Tensor | None = None,
        labels: torch.LongTensor | None = None,
        use_cache: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | torch.Tensor = 0,
        seq_idx: torch.LongTensor | None = None,
        skip_logits: bool = False,
        **kwargs,
    ):
        """As `OdinModel.forward`, with logits `[B, T, vocab_size]`.

        Args:
            labels: `[B, T]` ids; the loss is the mean cross entropy of predicting label t+1 at t, where not -100.
            logits_to_keep: logits of only the last so many tokens (0: all), or of the given positions.
            skip_logits: with labels, compute the head only where a label is and return no logits; the loss is the
                same. Saves the head's time and memory on questions and padding.
        """
        return_dict = self.config.use_return_dict if return_dict is None else return_dict
        outputs = self.model(
            input_ids,
            attention_mask=attention_mask,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            output_hidden_states=output_hidden_states,
            return_dict=True,
            seq_idx=seq_idx,
        )
        loss, logits = None, None
        if skip_logits and labels is not None:
            labelled = labels[:, 1:] != -100
            predicted = self.lm_head(outputs.last_hidden_state[:, :-1][labelled])
            loss = F.cross_entropy(predicted.float(), labels[:, 1:][labelled])
        else:
            keep = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
            logits = self.lm_head(outputs.last_hidden_state[:, keep])
        if labels is not None and loss is None:
            loss = self.loss_function(logits=logits, labels=labels, vocab_size=self.config.vocab_size, **kwargs)
        output = CausalLMOutputWithPast(
            loss=loss,  # type: ignore[arg-type]
            logits=logits,
            past_key_values=outputs.past_key_values,
            hidden_states=outputs.hidden_states,
        )
        return output if return_dict else output.to_tuple()

    def prepare_inputs_for_generation(
        self, input_ids, past_key_values=None, attention_mask=None, inputs_embeds=None, use_cache=True, **kwargs
    ):
        """Feeds only what the states have not seen yet."""
        inputs = {"past_key_values": past_key_values, "attention_mask": attention_mask, "use_cache": use_cache}
        seen = past_key_values.get_seq_length() if past_key_values is not None else 0
        if inputs_embeds is not None and seen == 0:
            inputs["inputs_embeds"] = inputs_embeds
        else:
            new = input_ids.shape[1] - seen
            # With inputs_embeds the prompt is not among input_ids, so the count is of no use: take the newest token.
            inputs["input_ids"] = input_ids[:, -new:] if new > 0 else input_ids[:, -1:]
        if kwargs.get("logits_to_keep") is not None:
            inputs["logits_to_keep"] = kwargs["logits_to_keep"]
        return inputs


def check_token_ids(input_ids, vocab_size: int) -> None:
    """Raises ValueError for an id that has no embedding. Checked on CPU only, where it costs no synchronisation."""
    if torch.jit.is_tracing() or torch.compiler.is_compiling():
        return
    if input_ids.device.type != "cpu" or input_ids.numel() == 0:
        return
    low, high = int(input_ids.min()), int(input_ids.max())
    if low < 0 or high >= vocab_size:
        raise ValueError(f"input_ids must lie in [0, {vocab_size}), got ids from {low} to {high}")


__all__ = ["OdinForCausalLM", "OdinModel", "OdinPreTrainedModel"]
