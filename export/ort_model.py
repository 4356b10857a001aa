"""`OdinORTModel`: an exported ODIN with all of transformers' generation, on onnxruntime's CPU kernels.

Sampling, beams, streamers, stopping criteria, batches and `pipeline("text-generation", model=..., tokenizer=...)` work
as for the model in PyTorch, with the same `OdinCache`, which may even pass from one to the other. There are no
gradients, no hidden states and no embeddings as input.
"""

from pathlib import Path

import numpy as np
import torch
from transformers import GenerationConfig, GenerationMixin
from transformers.modeling_outputs import CausalLMOutputWithPast

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from modeling_odin.cache_odin import OdinCache
from modeling_odin.inputs_odin import check_token_ids, left_padding
from training.benchmark.onnx_session import TOGETHER, RecurrentSession, folder_of
from training.checkpoint import check_config, load_tokenizer

from .errors import ExportError
from .runner import as_export_errors, checked_graph


# Of these `OdinForCausalLM.forward` makes something, and a graph cannot.
REFUSED = ("inputs_embeds", "labels", "seq_idx", "cu_seqlens", "output_hidden_states")


class OdinORTModel(torch.nn.Module, GenerationMixin):
    """A graph that `generate` drives; make it with `from_pretrained`.

    int8 scales activations over all rows that it is fed, so that a row's answer would depend on its company. Its rows
    are therefore run one by one unless `row_by_row` is turned off, which is faster for large batches and no longer
    exact. It also scales over all tokens that are fed at once, so a text in pieces is only nearly the text at once.

    Args:
        session: the loaded graph.
        config, generation_config, tokenizer: of the export folder.
        dtype: precision of the graph.
        row_by_row: None for the precisions that need it.
    """

    main_input_name = "input_ids"
    base_model_prefix = "model"
    _is_stateful = True  # as in PyTorch: the states cannot be cut back to an earlier token
    prepare_inputs_for_generation = OdinForCausalLM.prepare_inputs_for_generation  # type: ignore[assignment]

    def __init__(
        self,
        session: RecurrentSession,
        config: OdinConfig,
        generation_config: GenerationConfig,
        tokenizer,
        dtype: str,
        row_by_row: bool | None = None,
    ):
        super().__init__()
        self.session, self.config, self.generation_config = session, config, generation_config
        self.tokenizer, self.precision = tokenizer, dtype
        self.row_by_row = dtype not in TOGETHER if row_by_row is None else row_by_row
        self.device, self.dtype = torch.device("cpu"), torch.float32  # of ids and logits, whatever the weights are

    @classmethod
    def from_pretrained(
        cls, folder: str | Path, dtype: str | None = None, threads: int = 0, row_by_row: bool | None = None
    ) -> "OdinORTModel":
        """The graph of an export folder, checked against the folder's manifest, config and tokenizer.

        Args:
            folder: written by `python -m export` or optimum-cli.
            dtype: `fp32`, `fp16`, `int8`, `q4`, `q4f16` or `q4wire`; None for `fp32`, or the first that is there.
            threads: of one operator; 0 leaves it to onnxruntime.
            row_by_row: see the class.

        Raises:
            ExportError: graph, config or tokenizer are missing, damaged or of another model.
            ValueError: an unknown precision.
        """
        graph, dtype = checked_graph(Path(folder), dtype)
        folder = folder_of(graph)
        with as_export_errors():
            check_config(folder)
            config = read_config(folder)
            tokenizer = load_tokenizer(folder, config.vocab_size)
            session = RecurrentSession(graph, threads)
        shapes = {"conv": config.conv_state_shape, "recurrent": config.recurrent_state_shape}
        layers = range(config.num_hidden_layers)
        expected = {f"past_{kind}.{i}": list(shape) for kind, shape in shapes.items() for i in layers}
        if session.state_shapes != expected or session.vocab_size != config.vocab_size:
            raise ExportError(f"'{graph}' is not of the model in '{folder / 'config.json'}': export it again")
        generation_config = GenerationConfig.from_model_config(config)
        if (folder / "generation_config.json").is_file():
            try:
                generation_config = GenerationConfig.from_pretrained(folder)
            except (OSError, TypeError, ValueError) as error:
                raise ExportError(f"'{folder / 'generation_config.json'}' cannot be read: {error}") from error
        return cls(session, config, generation_config, tokenizer, dtype, row_by_row)

    @classmethod
    def can_generate(cls) -> bool:
        return True

    @classmethod
    def _supports_default_dynamic_cache(cls) -> bool:
        return False

    def forward(
        self,
        input_ids: torch.LongTensor,
        attention_mask: torch.Tensor | None = None,
        past_key_values: OdinCache | None = None,
        use_cache: bool = True,
        logits_to_keep: int = 0,
        **kwargs,
    ) -> CausalLMOutputWithPast:
        """Logits `[B, T or logits_to_keep, vocab_size]`, float32, and the states.

        Args:
            input_ids: `[B, T]`, at least one token.
            attention_mask: `[B, T]` or `[B, past + T]`, 0 for padding on the left of a text that has not begun.
            past_key_values: states to continue from, of this model or the one in PyTorch; replaced in place.
            logits_to_keep: logits of only the last so many tokens; 0 for all.

        Raises:
            TypeError, ValueError: an argument of a wrong type, shape or range, or padding elsewhere.
        """
        if given := [name for name in REFUSED if kwargs.get(name) is not None and kwargs[name] is not False]:
            raise ValueError(f"{', '.join(given)} cannot be had from an ONNX graph: use OdinForCausalLM")
        device, ids = input_ids.device, input_ids.cpu()
        check_token_ids(ids, self.config.vocab_size)
        batch, length = ids.shape
        if length == 0:
            raise ValueError("input_ids has no tokens: give at least one")
        cache = past_key_values
        if cache is None:
            cache = OdinCache.empty(self.config, batch, self.dtype, self.device)
        OdinCache.check(cache, self.config, batch)
        mask = torch.ones_like(ids)
        if attention_mask is not None:
            padding, order = left_padding(attention_mask.cpu(), batch, length)
            if order is not None or (padding is not None and cache.get_seq_length() > 0):
                raise ValueError(
                    "padding must be on the left of a text that has not begun, for this graph: set "
                    'tokenizer.padding_side = "left", or feed the rows one by one'
                )
            mask = (attention_mask[:, -length:].cpu() != 0).long()
        logits = self._run(ids.long(), mask, cache, int(logits_to_keep)).to(device)
        # OdinCache is no Cache of transformers: a state does not grow with the text.
        return CausalLMOutputWithPast(logits=logits, past_key_values=cache if use_cache else None)  # type: ignore[arg-type]

    def _run(self, input_ids, mask, cache, keep: int) -> torch.Tensor:
        """Logits; the states of `cache` are replaced."""
        past = {
            f"past_{kind}.{i}": state.detach().cpu().numpy()
            for kind, layers in (("conv", cache.conv_states), ("recurrent", cache.recurrent_states))
            for i, state in enumerate(layers)
        }
        states = {name: past[name].astype(kind, copy=False) for name, kind in self.session.state_types.items()}
        ids, mask = input_ids.numpy(), mask.numpy()
        parts = [slice(i, i + 1) for i in range(len(ids))] if self.row_by_row else [slice(None)]
        results = [
            self.session.step(ids[rows], {name: state[rows] for name, state in states.items()}, mask[rows], keep)
            for rows in parts
        ]
        new = {name: join([states[name] for _, states in results]) for name in self.session.state_shapes}
        cache.conv_states = [new[f"past_conv.{i}"] for i in range(len(cache))]
        cache.recurrent_states = [new[f"past_recurrent.{i}"] for i in range(len(cache))]
        cache.seen_tokens += ids.shape[1]
        return join([logits for logits, _ in results]).float()


def read_config(folder: Path) -> OdinConfig:
    """Raises ExportError for values that no model can have."""
    try:
        return OdinConfig.from_pretrained(folder)
    except (OSError, TypeError, ValueError) as error:
        raise ExportError(f"'{folder / 'config.json'}' is not the config of an ODIN: {error}") from error


def join(rows: list[np.ndarray]) -> torch.Tensor:
    """Rows as one batch, without a copy when they are one already."""
    return torch.from_numpy(rows[0] if len(rows) == 1 else np.concatenate(rows))
