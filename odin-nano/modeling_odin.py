"""ODIN: an attention-free language model whose time mixing is the gated delta rule with per-channel decay.

A block is pre-norm time mixing, then pre-norm channel mixing, each with a residual around it. Shapes: B batch,
T tokens, D hidden_size, H heads, K = V head_dim, C = 3 * H * K channels of q, k and v together.
"""

import shutil
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from transformers import GenerationMixin, PreTrainedModel
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.modeling_outputs import BaseModelOutputWithPast, CausalLMOutputWithPast
from transformers.utils import can_return_tuple


# A saved model is one flat folder, where the configuration is a sibling file; in this repository it is a package.
try:
    from .configuration_odin import OdinConfig
except ModuleNotFoundError:
    from configuration_odin.configuration_odin import OdinConfig
# transformers copies only the files that this one imports itself.
from .alternative_recurrences import general_recurrence  # noqa: F401 (as said above)
from .alternatives_odin import ALTERNATIVES
from .cache_odin import OdinCache
from .inputs_odin import (
    check_embeddings,
    check_finite,
    check_labels,
    check_token_ids,
    document_index,
    left_padding,
)
from .layers_odin import OdinChannelMixing, OdinRMSNorm
from .recurrence import FORMS  # noqa: F401 (export replaces the forms through this name)
from .time_mixing_odin import OdinTimeMixing


TIME_MIXINGS = {"gated_delta": OdinTimeMixing, **ALTERNATIVES}


class OdinBlock(GradientCheckpointingLayer):
    """Time mixing and channel mixing, each pre-normed and residual."""

    def __init__(self, config: OdinConfig, layer_idx: int):
        super().__init__()
        self.time_norm = OdinRMSNorm(config.hidden_size, config.norm_eps)
        self.time_mixing = TIME_MIXINGS[config.time_mixing](config, layer_idx)
        self.channel_norm = OdinRMSNorm(config.hidden_size, config.norm_eps)
        self.channel_mixing = OdinChannelMixing(config)

    def forward(self, x, conv_state, recurrent_state, mask=None, seq_idx=None):
        """x `[B, T, D]`; returns the same and the two new states of `OdinCache`."""
        if recurrent_state.device != x.device:  # layers may live on different devices; the states follow theirs
            conv_state, recurrent_state = conv_state.to(x.device), recurrent_state.to(x.device)
        mixed, conv_state, recurrent_state = self.time_mixing(
            self.time_norm(x), conv_state, recurrent_state, mask, seq_idx
        )
        x = x + mixed
        return x + self.channel_mixing(self.channel_norm(x)), conv_state, recurrent_state


class OdinPreTrainedModel(PreTrainedModel):
    """Initialisation and saving, common to the bare model and the language model."""

    config_class = OdinConfig
    base_model_prefix = "model"
    supports_gradient_checkpointing = True
    _no_split_modules = ["OdinBlock"]
    # The states cannot be cut back to an earlier token, so generation must not try (assisted decoding and the like).
    _is_stateful = True

    @classmethod
    def _supports_default_dynamic_cache(cls) -> bool:
        """No key-value cache: without states the forward pass makes an `OdinCache` of its own."""
        return False

    def _init_weights(self, module):
        # The plain linear layer is the head: Optimum finds tied weights in no subclass of it.
        if isinstance(module, nn.Embedding) or type(module) is nn.Linear:
            nn.init.normal_(module.weight, std=self.config.initializer_range)
        elif hasattr(module, "init_weights") and not isinstance(module, PreTrainedModel):
            module.init_weights(self.config)

    @classmethod
    def from_pretrained(cls, *args, **kwargs):
        """As transformers does.

        Raises:
            ValueError: a loaded weight holds NaN or infinity.
        """
        loaded = super().from_pretrained(*args, **kwargs)
        model = loaded[0] if isinstance(loaded, tuple) else loaded
        for name, weight in model.named_parameters():
            if weight.device.type != "meta" and weight.is_floating_point() and not torch.isfinite(weight).all():
                raise ValueError(
                    f"the weights must be finite, '{name}' holds NaN or infinity: save or download them again"
                )
        return loaded

    def save_pretrained(self, save_directory, **kwargs):
        """As transformers does, and the code files beside the weights: the folder needs nothing of this repository.

        The files are found where this very class was loaded from, so a folder loaded with `trust_remote_code` saves
        its own code again.
        """
        super().save_pretrained(save_directory, **kwargs)
        if Path(save_directory).is_dir():  # not on every process of a distributed run
            self.copy_code(save_directory)

    @classmethod
    def copy_code(cls, save_directory):
        """Copies the files that define this class into a folder."""
        package = cls.__module__.rpartition(".")[0]
        siblings = [module for name, module in sys.modules.items() if name.rpartition(".")[0] == package]
        for module in [sys.modules[OdinConfig.__module__], *siblings]:
            source = Path(module.__file__)
            if source.resolve().parent != Path(save_directory).resolve():
                shutil.copyfile(source, Path(save_directory) / source.name)


class OdinModel(OdinPreTrainedModel):
    """The stack of blocks, from token ids to normed hidden states."""

    def __init__(self, config: OdinConfig):
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(OdinBlock(config, i) for i in range(config.num_hidden_layers))
        self.norm = OdinRMSNorm(config.hidden_size, config.norm_eps)
        self.post_init()

    def get_input_embeddings(self):
        return self.embed_tokens

    def set_input_embeddings(self, value):
        self.embed_tokens = value

    @can_return_tuple
    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        attention_mask: torch.Tensor | None = None,
        past_key_values: OdinCache | None = None,
        inputs_embeds: torch.Tensor | None = None,
        use_cache: bool | None = None,
        output_hidden_states: bool | None = None,
        seq_idx: torch.LongTensor | None = None,
        cu_seqlens: torch.LongTensor | None = None,
        position_ids: torch.LongTensor | None = None,
        **kwargs,
    ) -> BaseModelOutputWithPast:
        """Runs the blocks.

        Args:
            input_ids: `[B, T]` token ids, or `inputs_embeds` `[B, T, D]` in their place.
            attention_mask: `[B, T]` or `[B, past + T]`; 0 marks padding, wherever it is, which leaves the states as
                they were.
            past_key_values: states to continue from; they are replaced in place.
            seq_idx: `[B, T]` document of each token; states are kept apart where it changes (packed training).
            cu_seqlens: `[N + 1]` the same for one row (B = 1): where documents begin, and where the last ends.
            position_ids: `[B, T]` not needed; 0 begins a new document, which is how collators mark packed rows.

        Raises:
            TypeError, ValueError: an argument of a wrong type, shape or range, named with what was expected; both or
                neither of ids and embeddings; states of another model or batch size; NaN in the weights.
        """
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("give exactly one of input_ids and inputs_embeds")
        if inputs_embeds is None:
            check_token_ids(input_ids, self.config.vocab_size)
            inputs_embeds = self.embed_tokens(input_ids)
        check_embeddings(inputs_embeds, self.config.hidden_size, self.norm.weight.dtype)
        x = inputs_embeds
        batch, length = x.shape[:2]
        use_cache = self.config.use_cache and not self.training if use_cache is None else use_cache
        if output_hidden_states is None:
            output_hidden_states = self.config.output_hidden_states
        documents = document_index(seq_idx, cu_seqlens, position_ids, batch, length, x.device)
        states = past_key_values
        if states is None:
            states = OdinCache.empty(self.config, batch, x.dtype, x.device)
        OdinCache.check(states, self.config, batch)

        mask, order = None, None
        if attention_mask is not None:
            mask, order = left_padding(attention_mask, batch, length)
        if mask is not None:
            mask = mask.to(x.dtype)
        if order is not None:
            x = x.gather(1, order.unsqueeze(-1).expand_as(x))
            documents = None if documents is None else documents.gather(1, order)
        hidden_states: tuple[torch.Tensor, ...] = ()
        for i, layer in enumerate(self.layers):
            if output_hidden_states:
                hidden_states += (x,)
            x, states.conv_states[i], states.recurrent_states[i] = layer(
                x, states.conv_states[i], states.recurrent_states[i], mask, documents
            )
        states.seen_tokens += length
        x = self.norm(x)
        check_finite(self, x)
        hidden_states += (x,)
        if order is not None:
            # Back to the order in which the tokens came.
            places = order.argsort(dim=1).unsqueeze(-1)
            hidden_states = tuple(h.gather(1, places.expand_as(h)) for h in hidden_states)
        return BaseModelOutputWithPast(
            last_hidden_state=hidden_states[-1],  # type: ignore[arg-type]
            past_key_values=states if use_cache else None,  # type: ignore[arg-type]  # not a Cache: see OdinCache
            hidden_states=hidden_states if output_hidden_states else None,  # type: ignore[arg-type]
        )


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

    @can_return_tuple
    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        attention_mask: torch.Tensor | None = None,
        past_key_values: OdinCache | None = None,
        inputs_embeds: torch.Tensor | None = None,
        labels: torch.LongTensor | None = None,
        use_cache: bool | None = None,
        output_hidden_states: bool | None = None,
        logits_to_keep: int | torch.Tensor = 0,
        seq_idx: torch.LongTensor | None = None,
        cu_seqlens: torch.LongTensor | None = None,
        position_ids: torch.LongTensor | None = None,
        skip_logits: bool = False,
        **kwargs,
    ) -> CausalLMOutputWithPast:
        """As `OdinModel.forward`, with logits `[B, T, vocab_size]`.

        Args:
            labels: `[B, T]` ids; the loss is the mean cross entropy of predicting label t+1 at t, where not -100.
            logits_to_keep: logits of only the last so many tokens (0: all), or of the given positions.
            skip_logits: with labels, compute the head only where a label is and return no logits; the loss is the
                same. Saves the head's time and memory on questions and padding.
        """
        outputs = self.model(
            input_ids,
            attention_mask=attention_mask,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            output_hidden_states=output_hidden_states,
            return_dict=True,
            seq_idx=seq_idx,
            cu_seqlens=cu_seqlens,
            position_ids=position_ids,
        )
        if labels is not None:
            check_labels(labels, *outputs.last_hidden_state.shape[:2])
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
        return CausalLMOutputWithPast(
            loss=loss,  # type: ignore[arg-type]
            logits=logits,
            past_key_values=outputs.past_key_values,
            hidden_states=outputs.hidden_states,
        )

    def prepare_inputs_for_generation(
        self, input_ids, past_key_values=None, attention_mask=None, inputs_embeds=None, use_cache=True, **kwargs
    ):
        """Feeds only what the states have not seen yet; other arguments pass on to `forward`."""
        for unused in ("cache_position", "position_ids"):  # generate counts positions, this model has none
            kwargs.pop(unused, None)
        inputs = {
            **kwargs,
            "past_key_values": past_key_values,
            "attention_mask": attention_mask,
            "use_cache": use_cache,
        }
        seen = past_key_values.get_seq_length() if past_key_values is not None else 0
        if inputs_embeds is not None and inputs_embeds.shape[1] > seen:
            return inputs | {"inputs_embeds": inputs_embeds[:, seen:]}
        # With inputs_embeds the prompt is not among input_ids, so the count is of no use: take the newest token.
        new = input_ids.shape[1] - seen
        return inputs | {"input_ids": input_ids[:, -new:] if new > 0 else input_ids[:, -1:]}


__all__ = ["OdinForCausalLM", "OdinModel", "OdinPreTrainedModel"]
