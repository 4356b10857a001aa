"""How gradients flow through tokens and layers: `python docs/studies/gradients.py`.

Through T tokens: the norm of dL/dS_0 against the bound that the decay gives. Through L layers: the residual stream and
the gradient of every block of fresh models, with the initialisation as it is and without its 1 / sqrt(2 L). And the
largest curvature of the loss with the learning rate that it allows. Writes docs/measurements/gradients.json,
docs/images/gradients.png and the tables of docs/proofs.md.
"""

import argparse
import json
import math
import sys
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import torch  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from configuration_odin import OdinConfig  # noqa: E402
from modeling_odin import OdinForCausalLM  # noqa: E402
from modeling_odin.recurrence import chunked_gated_delta  # noqa: E402
from modeling_odin.time_mixing_odin import MIN_DECAY  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


RATES = {"b in (0, 1)": (0.0, 1.0), "b in (0, 2)": (0.0, 2.0), "b = 2": (2.0, 2.0)}


def through_tokens(lengths=(1, 4, 16, 64, 256, 1024, 2048), width: int = 32, heads: int = 8) -> list[dict]:
    """|dL/dS_0| for L = <G, S_T> with |G| = 1 per head, the largest of the heads, with random unit keys.

    "bound" is exp(sum of the weakest decay): each transition shrinks a gradient at least by its weakest decay, and
    never stretches it, for any rate in [0, 2].
    """
    records = []
    for decay in (MIN_DECAY, 1 / 64):
        for name, (low, high) in RATES.items():
            for length in lengths:
                generator = torch.Generator().manual_seed(length)
                q, k, v = torch.randn(3, 1, length, heads, width, generator=generator, dtype=torch.float64)
                k = F.normalize(k, dim=-1)
                beta = low + (high - low) * torch.rand(1, length, heads, generator=generator, dtype=torch.float64)
                state = torch.zeros(1, heads, width, width, dtype=torch.float64, requires_grad=True)
                _, final = chunked_gated_delta(q, k, v, torch.full_like(k, -decay), beta, state)
                direction = torch.randn(final.shape, generator=generator, dtype=torch.float64)
                direction = direction / direction.norm(dim=(-1, -2), keepdim=True)
                (gradient,) = torch.autograd.grad((final * direction).sum(), state)
                records.append(
                    {
                        "decay": decay,
                        "rates": name,
                        "tokens": length,
                        "norm": gradient.norm(dim=(-1, -2)).max().item(),
                        "bound": math.exp(-decay * length),
                    }
                )
    return records


def toy(layers: int, **overrides) -> OdinConfig:
    sizes = {"vocab_size": 64, "hidden_size": 64, "head_dim": 16, "intermediate_size": 128}
    return OdinConfig(**sizes, decay_rank=8, gate_rank=8, num_hidden_layers=layers, **overrides)


def batch(rows: int, length: int) -> torch.Tensor:
    return torch.randint(3, 64, (rows, length), generator=torch.Generator().manual_seed(1))


def through_layers(depths=(2, 4, 8, 16, 32, 48), length: int = 64) -> list[dict]:
    """Root mean square of the residual stream after the last block, and the gradient norms of the first and last
    block's W_in, for fresh models; "plain" takes the factor 1 / sqrt(2 L) out of out_proj and down_proj."""
    records = []
    for depth in depths:
        for scaled in (True, False):
            torch.manual_seed(0)
            # The stream starts at the scale of the branches, so that what these add shows.
            model = OdinForCausalLM(toy(depth, initializer_range=1.0))
            if not scaled:
                with torch.no_grad():
                    for name, weight in model.named_parameters():
                        if name.endswith(("out_proj.weight", "down_proj.weight")):
                            weight.mul_(math.sqrt(2 * depth))
            ids = batch(4, length)
            output = model(ids, labels=ids, output_hidden_states=True, use_cache=False)
            output.loss.backward()
            blocks = model.model.layers
            # The last hidden state is normed; the stream itself is what enters the last block, plus one more block.
            stream = [h.square().mean().sqrt().item() for h in output.hidden_states[:-1]]
            norms = [block.time_mixing.in_proj.weight.grad.norm().item() for block in blocks]
            records.append(
                {
                    "layers": depth,
                    "initialisation": "1 / sqrt(2 L)" if scaled else "plain",
                    "stream_growth": stream[-1] / stream[0],
                    "first_block": norms[0],
                    "last_block": norms[-1],
                    "ratio": max(norms) / min(norms),
                }
            )
    return records


def loss_of(model, ids):
    return model(ids, labels=ids, use_cache=False).loss


def largest_curvature(model, ids, iterations: int = 40) -> float:
    """Largest absolute eigenvalue of the Hessian of the loss, by power iteration on Hessian-vector products."""
    weights = [p for p in model.parameters() if p.requires_grad]
    generator = torch.Generator().manual_seed(2)
    vector = [torch.randn(p.shape, generator=generator) for p in weights]
    gradients = torch.autograd.grad(loss_of(model, ids), weights, create_graph=True)
    curvature = 0.0
    for _ in range(iterations):
        size = math.sqrt(sum(x.square().sum().item() for x in vector))
        vector = [x / size for x in vector]
        product = sum((g * x).sum() for g, x in zip(gradients, vector, strict=True))
        image = torch.autograd.grad(product, weights, retain_graph=True)
        curvature = sum((a * b).sum().item() for a, b in zip(image, vector, strict=True))
        vector = [x.detach() for x in image]
    return abs(curvature)


def learning_rates(depths=(2, 8, 24), rates=(1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 1.0), steps: int = 60) -> list[dict]:
    """For each depth 2 / curvature, the rate below which plain gradient descent must go downhill.

    And what AdamW, whose steps do not depend on the gradient's size, reaches at each of its rates on one batch.
    """
    records = []
    for depth in depths:
        ids = batch(4, 24)
        torch.manual_seed(0)
        # Second derivatives need the form that has them, the loop.
        curvature = largest_curvature(OdinForCausalLM(toy(depth, recurrence="recurrent")), ids)
        for rate in rates:
            torch.manual_seed(0)
            model, losses, norms = OdinForCausalLM(toy(depth)), [], []
            optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.99), weight_decay=0.0)
            for _ in range(steps):
                loss = loss_of(model, ids)
                optimizer.zero_grad()
                loss.backward()
                norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
                losses.append(loss.item())
                optimizer.step()
            records.append(
                {
                    "layers": depth,
                    "descent_bound": 2 / curvature,
                    "rate": rate,
                    "relative_step": rate * math.sqrt(model.config.hidden_size),
                    "first": losses[0],
                    "highest": max(losses),
                    "last": losses[-1],
                    "largest_gradient": max(norms),
                }
            )
    return records


def tables(results: dict) -> dict[str, str]:
    tokens = ["| weakest decay | rates | tokens | norm of dL/dS_0 | bound |", "| ---: | --- | ---: | ---: | ---: |"]
    for r in results["tokens"]:
        if r["tokens"] in (1, 64, 1024, 2048):
            tokens.append(
                f"| 2^{math.log2(r['decay']):.0f} | {r['rates']} | {r['tokens']:,} "
                f"| {r['norm']:.2e} | {r['bound']:.2e} |"
            )
    layers = [
        "| layers | branches start with | stream grows by | gradient, first block | last block | largest / smallest |",
        "| ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for r in results["layers"]:
        layers.append(
            f"| {r['layers']} | {r['initialisation']} | x{r['stream_growth']:.2f} | {r['first_block']:.3f} "
            f"| {r['last_block']:.3f} | {r['ratio']:.1f} |"
        )
    rates = [
        "| layers | 2 / curvature | AdamW rate | change of a matrix a step | first loss | highest | after 60 steps |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for r in results["rates"]:
        rates.append(
            f"| {r['layers']} | {r['descent_bound']:.1e} | {r['rate']:g} | {100 * r['relative_step']:.1f}% "
            f"| {r['first']:.2f} | {r['highest']:.2f} | {r['last']:.3f} |"
        )
    return {
        "gradient tokens": "\n".join(tokens),
        "gradient layers": "\n".join(layers),
        "learning rates": "\n".join(rates),
    }


def plot(results: dict, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9.5, 3.6))
    for decay in (MIN_DECAY, 1 / 64):
        for name in RATES:
            curve = [r for r in results["tokens"] if r["rates"] == name and r["decay"] == decay]
            label = f"{name}, g = -2^{math.log2(decay):.0f}"
            left.loglog([r["tokens"] for r in curve], [max(r["norm"], 1e-20) for r in curve], label=label)
    left.set_xlabel("tokens T")
    left.set_title("norm of dL/dS_0", fontsize=10)
    left.legend(fontsize=7)
    for name in ("1 / sqrt(2 L)", "plain"):
        curve = [r for r in results["layers"] if r["initialisation"] == name]
        right.loglog([r["layers"] for r in curve], [r["ratio"] for r in curve], marker="o", label=name)
    depths = sorted({r["layers"] for r in results["layers"]})
    right.set_xticks(depths, depths)
    right.minorticks_off()
    right.set_xlabel("layers L")
    right.set_title("largest / smallest gradient of W_in over blocks", fontsize=10)
    right.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def main() -> None:
    argparse.ArgumentParser(description=__doc__.split("\n\n")[0]).parse_args()
    results = {"tokens": through_tokens(), "layers": through_layers(), "rates": learning_rates()}
    write_json(HERE.parent / "measurements/gradients.json", results)
    plot(results, HERE.parent / "images/gradients.png")
    for name, text in tables(results).items():
        replace_block(HERE.parent / "proofs.md", name, text)
    print(json.dumps(results["rates"]))


if __name__ == "__main__":
    main()
