"""Time and memory per token up to 65,536 tokens: `python docs/studies/complexity.py`.

Reads a long text in pieces of 1,024 tokens with the cache of the released odin-nano, and decodes 32 tokens after each
power of two; the same for a transformer with as many parameters, up to a shorter length. Writes
docs/measurements/complexity.json, docs/images/complexity.png and the table of docs/proofs.md.
"""

import argparse
import copy
import gc
import json
import statistics
import sys
import time
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import psutil  # noqa: E402
import torch  # noqa: E402
from sizes import build, equal_parameters, transformer  # noqa: E402
from tqdm import tqdm  # noqa: E402

from modeling_odin import OdinForCausalLM  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


PIECE = 1024
STEPS = 32


def cache_bytes(cache) -> int:
    """Bytes of all tensors of an ODIN or a key-value cache."""
    if hasattr(cache, "recurrent_states"):
        tensors = [*cache.recurrent_states, *cache.conv_states]
    else:
        tensors = [x for layer in cache.layers for x in (layer.keys, layer.values)]
    return sum(x.nbytes for x in tensors)


@torch.inference_mode()
def curve(model, longest: int, piece: int = PIECE) -> list[dict]:
    """One record after each power of two of pieces.

    Seconds per token of the pieces read since the last record (median) and of `STEPS` decode steps (median), bytes of
    the cache, and resident bytes of the process beyond those before the first piece.
    """
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(3, model.config.vocab_size, (1, longest), generator=generator)
    model(ids[:, :piece], use_cache=True)  # warm-up
    gc.collect()
    before = psutil.Process().memory_info().rss
    cache, records, seconds = None, [], []
    for start in tqdm(range(0, longest, piece), desc=type(model).__name__):
        begun = time.perf_counter()
        part = ids[:, start : start + piece]
        cache = model(part, past_key_values=cache, use_cache=True, logits_to_keep=1).past_key_values
        seconds.append((time.perf_counter() - begun) / piece)
        length = start + piece
        if (length // piece).bit_count() == 1:
            resident = psutil.Process().memory_info().rss - before
            aside = copy.deepcopy(cache)  # reading goes on from before the decode steps
            steps = []
            for token in range(STEPS):
                begun = time.perf_counter()
                model(ids[:, token : token + 1], past_key_values=aside, use_cache=True)
                steps.append(time.perf_counter() - begun)
            records.append(
                {
                    "tokens": length,
                    "prefill_seconds_per_token": statistics.median(seconds),
                    "decode_seconds_per_token": statistics.median(steps),
                    "cache_bytes": cache_bytes(cache),
                    "resident_bytes": resident,
                }
            )
            seconds = []
    return records


def plot(curves: dict, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(11, 3.4))
    shown = (
        ("prefill_seconds_per_token", 1e6, "prefill, microseconds a token"),
        ("decode_seconds_per_token", 1e3, "decode, milliseconds a token"),
        ("cache_bytes", 1e-6, "cache, MB"),
    )
    for axis, (key, scale, label) in zip(axes, shown, strict=True):
        for name, records in curves.items():
            axis.loglog([r["tokens"] for r in records], [scale * r[key] for r in records], marker="o", label=name)
        axis.set_xlabel("tokens before")
        axis.set_title(label, fontsize=10)
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def table(curves: dict) -> str:
    rows = [
        "| model | tokens | prefill, us/token | decode, ms/token | cache, MB | resident memory, MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, records in curves.items():
        for r in records:
            rows.append(
                f"| {name} | {r['tokens']:,} | {1e6 * r['prefill_seconds_per_token']:.0f} "
                f"| {1e3 * r['decode_seconds_per_token']:.2f} | {r['cache_bytes'] / 1e6:.3f} "
                f"| {r['resident_bytes'] / 1e6:+.0f} |"
            )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--longest", type=int, default=65536)
    parser.add_argument("--transformer-longest", type=int, default=16384)
    options = parser.parse_args()
    torch.manual_seed(0)
    odin = OdinForCausalLM.from_pretrained(HERE.parents[1] / "odin-nano").eval()
    own = odin.config
    config = transformer(own.vocab_size, own.hidden_size, own.num_hidden_layers, own.head_dim)
    peer = build(equal_parameters(config, odin.num_parameters())).eval()
    curves = {"odin-nano": curve(odin, options.longest), "transformer": curve(peer, options.transformer_longest)}
    write_json(HERE.parent / "measurements/complexity.json", curves)
    plot(curves, HERE.parent / "images/complexity.png")
    replace_block(HERE.parent / "proofs.md", "complexity", table(curves))
    print(json.dumps({name: records[-1] for name, records in curves.items()}))


if __name__ == "__main__":
    main()
