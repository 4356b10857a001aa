"""From a configuration to a release, in one command that can be started again.

    python -m training.produce --config training/configs/odin-nano.yaml --out odin-nano --data-dir DIR
    python -m training.produce --config training/configs/odin-100m.yaml --out odin-100m --data-dir DIR --minutes 25

It trains (with `--minutes` on a machine that it measures first, see `training/autotune.py`), asks every suite whose
problems are at hand, asks the word problems three more times with sampling for a vote, and writes the release folder.
What is done already is not done again: a run goes on from its newest checkpoint, an evaluation from its last answer.
`--dry-run` shows the commands. `--data-dir` has the files of public sets (`python -m training.evaluate --list`).
"""

import argparse
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from training.config import TrainConfig, load_config


VOTED = "gsm8k_style,gsm8k,asdiv,foreign_math"
VOTES, TEMPERATURE = 3, 0.6
ROOT = Path(__file__).parents[1]


def commands(options: argparse.Namespace, config: TrainConfig) -> list[tuple[str, Path | None, list[str]]]:
    """What is to be run, in order: a title, the file that shows that it was done (None: do it again), the command."""
    run = Path(config.output)
    python = [sys.executable, "-m"]
    curriculum = config.curriculum or (config.stages and config.stages[-1].get("curriculum"))
    items = ["--corpus", config.data] if config.data else ["--curriculum", str(curriculum)]
    ask = [*python, "training.evaluate", "--model", str(run / "model"), "--batch-size", str(options.batch_size)]
    places = [] if options.data_dir is None else ["--data-dir", str(options.data_dir)]
    for name in ("limit", "max_new_tokens"):
        if getattr(options, name) is not None:
            ask += ["--" + name.replace("_", "-"), str(getattr(options, name))]
    report, voted = run / "benchmark" / "report.json", run / "benchmark-voted" / "report.json"
    release = [*python, "training.release", "--run", str(run), "--out", str(options.out)]
    return [
        ("train", run / "summary.json", training(options, config)),
        (
            "evaluate",
            report,
            [*ask, "--suite", "corpus,real,frozen", *items, "--items", str(options.items), *places]
            + ["--out", str(report.parent)],
        ),
        (
            "vote",
            voted,
            [*ask, "--suite", VOTED if places else "gsm8k_style,foreign_math", *places, "--tools", "none"]
            + ["--samples", str(VOTES), "--temperature", str(TEMPERATURE), "--out", str(voted.parent)],
        ),
        ("release", None, [*release, "--report", str(report), "--voted", str(voted)]),
    ]


def training(options: argparse.Namespace, config: TrainConfig) -> list[str]:
    """The command that trains, or goes on: measured settings are kept for the second start."""
    measured = Path(config.output) / "config.yaml"
    if options.minutes is not None and not measured.is_file():
        command = [sys.executable, "-m", "training.autotune", "--config", options.config]
        return [*command, "--minutes", str(options.minutes), *options.overrides]
    chosen = [str(measured)] if measured.is_file() else [options.config, *options.overrides]
    return [sys.executable, "-m", "accelerate.commands.launch", str(ROOT / "training/train.py"), "--config", *chosen]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.produce", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", required=True, help="YAML file, see training/configs/")
    parser.add_argument("--out", type=Path, required=True, help="release folder, replaced when it exists")
    parser.add_argument("--minutes", type=float, help="measure this machine, and train for what is left of so many")
    parser.add_argument("--data-dir", type=Path, help="folder with files of public sets")
    parser.add_argument("--items", type=int, default=400, help="held-out items of each task and split")
    parser.add_argument("--limit", type=int, help="only the first so many problems of each suite, for a rehearsal")
    parser.add_argument("--max-new-tokens", type=int, help="of an answer, likewise; each suite's own number otherwise")
    parser.add_argument("--batch-size", type=int, default=128, help="answers written at once")
    parser.add_argument("--dry-run", action="store_true", help="show the commands only")
    parser.add_argument("overrides", nargs="*", help="key=value, over the configuration")
    options = parser.parse_intermixed_args()
    try:
        config = load_config(options.config, options.overrides)
        if options.data_dir is not None and not options.data_dir.is_dir():
            raise FileNotFoundError(f"there is no folder {options.data_dir}")
    except (ValueError, OSError) as error:
        sys.exit(f"produce: {error}")
    newer = False
    for title, product, command in commands(options, config):
        shown = shlex.join(command)
        if options.dry_run:
            print(f"{title}: {shown}")
            continue
        if product is not None and product.is_file() and not newer:
            print(f"{title}: done before ({product})", flush=True)
            continue
        print(f"{title}: {shown}", flush=True)
        newer, begun = True, time.perf_counter()
        environment = {**os.environ, "TOKENIZERS_PARALLELISM": "false"}
        status = subprocess.run(command, env=environment).returncode
        if status:
            sys.exit(f"produce: '{title}' ended with status {status}; the same command goes on there")
        print(f"{title}: {(time.perf_counter() - begun) / 60:.1f} minutes", flush=True)


if __name__ == "__main__":
    main()
