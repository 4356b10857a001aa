"""One training step of one ODIN block in PyTorch, JAX and MLX, on one core: docs/decisions/0003-framework.md.

    python docs/studies/framework.py torch      # first: it also writes the weights that the others read
    python docs/studies/framework.py jax        # where jax is installed; likewise mlx (`pip install "mlx[cpu]"`)
    python docs/studies/framework.py report     # the table

The block has the size of one of odin-100m. PyTorch runs the model's own code. JAX and MLX run the port below, in which
the triangular inverse is by blocks; its loss and gradients are compared with PyTorch's. Forward and backward pass,
float32; the time is processor time, so that it does not depend on what else runs.
"""

import importlib.metadata
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RECORD = HERE.parent / "measurements" / "framework.json"
DOCUMENT = HERE.parent / "decisions" / "0003-framework.md"
LENGTH, WIDTH, HEADS, CHUNK, TAPS, RANKS = 512, 768, 12, 32, 4, (64, 128)
KEY = WIDTH // HEADS
SPLITS = np.cumsum([3 * WIDTH, *RANKS]).tolist()
MAX_DECAY, MIN_DECAY = float(np.exp(-0.5)), 2.0**-14
STEPS = 7


def run_torch(exchange: Path) -> dict:
    sys.path.insert(0, str(ROOT))
    import torch

    from configuration_odin import OdinConfig
    from modeling_odin.modeling_odin import OdinBlock

    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = OdinConfig.from_preset("odin-100m", chunk_size=CHUNK)
    block = OdinBlock(config, 0)
    for module in block.modules():
        if hasattr(module, "init_weights"):
            module.init_weights(config)
    x = torch.randn(1, LENGTH, WIDTH)
    states = [torch.zeros(1, *shape) for shape in (config.conv_state_shape, config.recurrent_state_shape)]

    def step():
        block.zero_grad()
        loss = block(x, *states)[0].square().mean()
        loss.backward()
        return loss.item()

    times, loss = timed(step)
    arrays = {name: parameter.detach().numpy() for name, parameter in block.named_parameters()}
    norms = {name: parameter.grad.norm().item() for name, parameter in block.named_parameters()}
    np.savez(exchange, x=x.numpy(), **arrays)
    compiled = torch.compile(block)

    def compiled_step():
        block.zero_grad()
        loss = compiled(x, *states)[0].square().mean()
        loss.backward()
        return loss.item()

    try:
        faster, _ = timed(compiled_step)
    except Exception as error:  # no C++ compiler
        print(f"not compiled: {error}", file=sys.stderr)
        faster = None
    version = torch.__version__
    return {"torch": result(times, loss, norms, version)} | (
        {"torch, compiled": result(faster, loss, norms, version)} if faster else {}
    )


def block_loss(weights: dict, x, xp, carry):
    """The block's mean squared output. `xp` is `jax.numpy` or `mlx.core`, `carry` passes the state over the chunks."""
    x = x + time_mixing(weights, rms_norm(x, weights["time_norm.weight"], xp), xp, carry)
    up = xp.maximum(rms_norm(x, weights["channel_norm.weight"], xp) @ weights["channel_mixing.up_proj.weight"].T, 0)
    return xp.mean(xp.square(x + (up * up) @ weights["channel_mixing.down_proj.weight"].T))


def time_mixing(weights: dict, x, xp, carry):
    w = {name.removeprefix("time_mixing."): value for name, value in weights.items()}
    qkv, decay, gate, beta = xp.split(x @ w["in_proj.weight"].T, SPLITS, -1)
    padded = xp.concatenate([xp.zeros((1, TAPS - 1, 3 * WIDTH)), qkv], 1)
    qkv = sum(padded[:, tap : tap + LENGTH] * w["conv.weight"][tap] for tap in range(TAPS))
    q, k, v = (chunks(part, xp) for part in xp.split(qkv * sigmoid(qkv, xp), 3, -1))
    q, k = (part / xp.sqrt(xp.sum(part * part, -1, keepdims=True) + 1e-6) for part in (q, k))
    share = sigmoid(xp.tanh(decay) @ w["decay_proj.weight"].T + w["decay_proj.bias"], xp)
    g = chunks(-(MIN_DECAY + (MAX_DECAY - MIN_DECAY) * share), xp)
    beta = chunks(2 * sigmoid(beta + w["beta_bias"], xp), xp)

    total = xp.cumsum(g, -2)
    last = total[..., -1:, :]
    grow = xp.exp(total - last / 2)
    keys_in, keys_out, queries = k * grow, k / grow, q * grow
    middle = xp.exp(last / 2)
    inside = xp.tril(xp.ones((CHUNK, CHUNK))) > 0
    earlier = xp.tril(xp.ones((CHUNK, CHUNK)), -1) > 0
    inverse = unit_lower_inverse(xp.where(earlier, keys_in @ keys_out.swapaxes(-1, -2), 0.0) * beta, xp)
    weights_inside = xp.where(inside, queries @ keys_out.swapaxes(-1, -2), 0.0)
    removal, values = inverse @ (beta * keys_in * middle), inverse @ (beta * v)
    writes = (keys_out * middle).swapaxes(-1, -2)
    updates, before = carry(xp.exp(last).swapaxes(-1, -2), removal, writes, values)
    out = (queries * middle) @ before + weights_inside @ updates  # [1, H, N, C, V]
    out = out.reshape(1, HEADS, LENGTH, KEY).swapaxes(1, 2)
    out = rms_norm(out, w["norm.weight"], xp).reshape(1, LENGTH, WIDTH)
    return (out * sigmoid(gate @ w["gate_proj.weight"].T, xp)) @ w["out_proj.weight"].T


def unit_lower_inverse(strict, xp):
    """(I + strict)^-1 by halves, down to 4 x 4, where I - N + N^2 - N^3 is exact."""
    size = strict.shape[-1]
    if size == 4:
        square = strict @ strict
        return xp.eye(4) - strict + square - square @ strict
    half = size // 2
    upper, lower = (unit_lower_inverse(strict[..., part, part], xp) for part in (slice(half), slice(half, size)))
    corner = -(lower @ strict[..., half:, :half] @ upper)
    top = xp.concatenate([upper, xp.zeros_like(corner)], -1)
    return xp.concatenate([top, xp.concatenate([corner, lower], -1)], -2)


def chunks(x, xp):
    """`[1, T, H * D]` to `[1, H, N, C, D]`."""
    return x.reshape(1, LENGTH, HEADS, -1).swapaxes(1, 2).reshape(1, HEADS, LENGTH // CHUNK, CHUNK, -1)


def rms_norm(x, weight, xp):
    return x / xp.sqrt(xp.mean(x * x, -1, keepdims=True) + 1e-5) * weight


def sigmoid(x, xp):
    return 1 / (1 + xp.exp(-x))


def run_jax(exchange: Path) -> dict:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    import jax
    import jax.numpy as jnp

    def carry(kept, removal, writes, values):
        def one(state, chunk):
            keep, remove, write, value = chunk
            update = value - remove @ state
            return keep * state + write @ update, (update, state)

        by_chunk = [jnp.moveaxis(part, 2, 0) for part in (kept, removal, writes, values)]
        _, (updates, before) = jax.lax.scan(one, jnp.zeros((1, HEADS, KEY, KEY)), by_chunk)
        return jnp.moveaxis(updates, 0, 2), jnp.moveaxis(before, 0, 2)

    weights, x = read(exchange, jnp.asarray)
    gradient = jax.jit(jax.value_and_grad(lambda weights: block_loss(weights, x, jnp, carry)))
    times, (loss, gradients) = timed(lambda: jax.block_until_ready(gradient(weights)))
    norms = {name: float(jnp.linalg.norm(value)) for name, value in gradients.items()}
    return {"jax, compiled": result(times, float(loss), norms, jax.__version__)}


def run_mlx(exchange: Path) -> dict:
    import mlx.core as mx

    mx.set_default_device(mx.cpu)

    def carry(kept, removal, writes, values):
        state, updates, before = mx.zeros((1, HEADS, KEY, KEY)), [], []
        for n in range(LENGTH // CHUNK):
            before.append(state)
            updates.append(values[:, :, n] - removal[:, :, n] @ state)
            state = kept[:, :, n] * state + writes[:, :, n] @ updates[-1]
        return mx.stack(updates, 2), mx.stack(before, 2)

    weights, x = read(exchange, mx.array)
    plain = mx.value_and_grad(lambda weights: block_loss(weights, x, mx, carry))
    results = {}
    for name, gradient in (("mlx", plain), ("mlx, compiled", mx.compile(plain))):

        def step(gradient=gradient):
            loss, gradients = gradient(weights)
            mx.eval(loss, gradients)
            return loss, gradients

        times, (loss, gradients) = timed(step)
        norms = {key: float(mx.linalg.norm(value.reshape(-1))) for key, value in gradients.items()}
        results[name] = result(times, float(loss), norms, importlib.metadata.version("mlx"))
    return results


def read(exchange: Path, convert):
    arrays = {name: convert(value) for name, value in np.load(exchange).items()}
    return arrays, arrays.pop("x")


def timed(step):
    """(processor seconds of the first step, then of the others), and what the last one returned."""
    times = []
    for _ in range(STEPS + 1):
        start = time.process_time()
        value = step()
        times.append(time.process_time() - start)
    return times, value


def result(times: list[float], loss: float, norms: dict, version: str) -> dict:
    first, *rest = times
    return {
        "ms": 1e3 * sorted(rest)[len(rest) // 2],
        "ms_best": 1e3 * min(rest),
        "first_s": first,
        "loss": loss,
        "gradient_norms": norms,
        "version": version,
    }


def report(record: dict) -> str:
    """The table, with the largest relative deviation of a gradient's norm from PyTorch's."""
    base = record["torch"]
    rows = ["| | version | ms a step | best | first step, s | gradients differ by |", "| --- " + "| ---: " * 5 + "|"]
    for name, entry in record.items():
        off = max(abs(entry["gradient_norms"][key] / norm - 1) for key, norm in base["gradient_norms"].items())
        differ = "-" if name.startswith("torch") else f"{off:.0e}"
        rows.append(
            f"| {name} | {entry['version']} | {entry['ms']:.0f} | {entry['ms_best']:.0f} | {entry['first_s']:.1f} | "
            f"{differ} |"
        )
    return "\n".join(rows)


def main() -> None:
    known = {"torch": run_torch, "jax": run_jax, "mlx": run_mlx}
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in (*known, "report"):
        sys.exit(f"usage: framework.py {'|'.join(known)}|report [EXCHANGE.npz]")
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if sys.argv[1] == "report":
        sys.path.insert(0, str(ROOT))
        from training.io import replace_block

        replace_block(DOCUMENT, "measured", report(record))
        print(report(record))
        return
    exchange = Path(sys.argv[2] if len(sys.argv) == 3 else f"{tempfile.gettempdir()}/odin-framework.npz")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
    measured = known[sys.argv[1]](exchange)
    record |= measured
    RECORD.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
    for name, entry in measured.items():
        print(name, {key: value for key, value in entry.items() if key != "gradient_norms"})


if __name__ == "__main__":
    main()
