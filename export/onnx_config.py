"""How Optimum exports an ODIN model: its inputs, its outputs, and what is replaced while the graph is traced.

One graph serves prefill and decode, any batch and any length. Importing this module registers it with Optimum.
"""

import contextlib
import sys
import warnings

import numpy as np
import torch
from optimum.exporters.onnx.base import OnnxConfigWithPast
from optimum.exporters.onnx.model_patcher import ModelPatcher
from optimum.exporters.tasks import TasksManager
from optimum.utils import DummyInputGenerator, NormalizedTextConfig

from .graph import simplify_file
from .lean import lean_layers
from .linear_attention import fused_form, fused_general


class OdinModelPatcher(ModelPatcher):
    """While active, the model's forward has the signature of the ONNX graph and a recurrence is one fused operator.

    The model may come from a folder loaded with `trust_remote_code`, so its code is reached through the loaded class.
    """

    def __init__(self, config, model, model_kwargs=None):
        super().__init__(config, model, model_kwargs)
        code = sys.modules[type(model).__module__]
        self._forms = code.FORMS
        self._original_forms = dict(code.FORMS)
        self._alternatives = sys.modules[code.ALTERNATIVES["mamba2"].__module__]
        self._original_general = self._alternatives.general_recurrence

        def forward(input_ids, attention_mask, num_logits_to_keep=None, past_conv=None, past_recurrent=None):
            # A padded token that enters as zero stays zero through every layer (nothing on the residual stream has a
            # bias) and writes nothing. So one product makes left padding exact, at next to no cost without padding.
            embeds = model.get_input_embeddings()(input_ids)
            mask = attention_mask[:, -input_ids.shape[1] :, None].to(embeds.dtype)
            cache = code.OdinCache(list(past_conv), list(past_recurrent)) if past_conv else None
            # Only RWKV-7's norm has a bias that its gate lets through.
            with zeroed(model.model.layers if model.config.time_mixing == "rwkv7" else [], mask):
                hidden, cache = model.model(
                    inputs_embeds=embeds * mask, past_key_values=cache, use_cache=True, return_dict=False
                )[:2]
            if num_logits_to_keep is not None:
                hidden = hidden[:, -num_logits_to_keep:]
            outputs = {"logits": model.lm_head(hidden)}
            if config.use_past:
                outputs |= {"present_conv": cache.conv_states, "present_recurrent": cache.recurrent_states}
            return outputs

        self.patched_forward = forward

    def __enter__(self):
        super().__enter__()
        self._layers = lean_layers(self._model, self._original_forms["recurrent"])
        self._layers.__enter__()
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        # The model checks its arguments in Python and the fused operator hides its loops: none of it is in the graph.
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        # The loop is unrolled token by token by the tracer, the chunks into matrix products of a fixed length.
        config = self._model.config
        self._forms.update({name: fused_form(form, config) for name, form in self._original_forms.items()})
        self._alternatives.general_recurrence = fused_general(
            self._original_general, self._original_forms["recurrent"]
        )

    def __exit__(self, *exception):
        self._forms.update(self._original_forms)
        self._alternatives.general_recurrence = self._original_general
        self._warnings.__exit__(*exception)
        self._layers.__exit__(*exception)
        super().__exit__(*exception)


@contextlib.contextmanager
def zeroed(layers, mask):
    """While active, what the layers give out is 0 at padding, where `mask` `[B, T, 1]` is."""
    hooks = [layer.register_forward_hook(lambda _, __, out: (out[0] * mask, *out[1:])) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


class OdinOnnxConfig(OnnxConfigWithPast):
    """Inputs and outputs of the graph. B is `batch_size`, T is `sequence_length`; every other dimension is constant.

    Inputs: `input_ids` [B, T]; `attention_mask` [B, past + T], 0 for padding, which must be on the left; with past
    also `num_logits_to_keep` (scalar, 0 for all), `past_conv.{i}` [B, k-1, C], `past_recurrent.{i}` [B, H, K, V].
    Outputs: `logits` [B, T or num_logits_to_keep, vocab_size]; with past also `present_conv.{i}` and
    `present_recurrent.{i}`. These names are the ones that transformers.js carries from step to step.
    """

    NORMALIZED_CONFIG_CLASS = NormalizedTextConfig
    ATOL_FOR_VALIDATION = 1e-4
    _MODEL_PATCHER = OdinModelPatcher

    @property
    def inputs(self):
        inputs = {
            "input_ids": {0: "batch_size", 1: "sequence_length"},
            "attention_mask": {0: "batch_size", 1: "past_sequence_length + sequence_length"},
        }
        if self.use_past:
            inputs |= {"num_logits_to_keep": {}, **self._states("past")}
        return inputs

    @property
    def outputs(self):
        if not self.use_past:
            return {"logits": {0: "batch_size", 1: "sequence_length"}}
        return {"logits": {0: "batch_size", 1: "num_logits"}, **self._states("present")}

    def _states(self, prefix: str) -> dict[str, dict[int, str]]:
        layers = range(self._config.num_hidden_layers)
        return {f"{prefix}_{kind}.{i}": {0: "batch_size"} for kind in ("conv", "recurrent") for i in layers}

    def generate_dummy_inputs(self, framework="pt", batch_size=2, sequence_length=16, **kwargs):
        config, random = self._config, DummyInputGenerator
        conv, recurrent = ((batch_size, *shape) for shape in (config.conv_state_shape, config.recurrent_state_shape))
        dtype = torch.int64 if framework == "pt" else np.int64
        past = sequence_length // 2 if self.use_past else 0
        mask = random.constant_tensor([batch_size, past + sequence_length], 1, dtype, framework)
        ids = random.random_int_tensor([batch_size, sequence_length], config.vocab_size, framework=framework)
        inputs = {"input_ids": ids, "attention_mask": mask}
        if self.use_past:
            inputs["num_logits_to_keep"] = random.constant_tensor([], 0, dtype, framework)
            for name, shape in (("past_conv", conv), ("past_recurrent", recurrent)):
                inputs[name] = [
                    random.random_float_tensor(shape, -1, 1, framework) for _ in range(config.num_hidden_layers)
                ]
        return inputs

    def fix_dynamic_axes(self, model_path, *args, **kwargs):
        """Optimum's hook for a freshly traced file, which would find out by running it what simplification states."""
        simplify_file(model_path, self._config.vocab_size)


TasksManager.create_register("onnx", overwrite_existing=True)(
    "odin", "text-generation", "text-generation-with-past", library_name="transformers"
)(OdinOnnxConfig)
