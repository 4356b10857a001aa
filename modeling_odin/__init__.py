"""The ODIN model: an attention-free language model on the gated delta rule."""

from .cache_odin import OdinCache
from .modeling_odin import OdinForCausalLM, OdinModel, OdinPreTrainedModel


__all__ = ["OdinCache", "OdinForCausalLM", "OdinModel", "OdinPreTrainedModel"]
