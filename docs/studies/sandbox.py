"""What a job in the sandbox costs: `python docs/studies/sandbox.py` writes `docs/measurements/sandbox.json`.

The jobs are `--programs` small functions with seven assertions each, half of them right; their verdicts are checked.
"""

import argparse
import os
import platform
import resource
import time
from pathlib import Path

from training.io import replace_block, write_json
from training.sandbox import Limits, SandboxError, isolation, run_untrusted


ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "def power(base, exponent):\n    return base ** exponent + {wrong}\n"
TEST = (
    "def check(candidate):\n"
    + "".join(f"    assert candidate({base}, 3) == {base**3}\n" for base in range(7))
    + "check(power)\n"
)


def jobs(count: int) -> list[tuple[str, str]]:
    return [(PROGRAM.format(wrong=number % 2), TEST) for number in range(count)]


def seconds_of_processor() -> float:
    """Processor time of this process and of all children that were waited for."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in usage)


def measure(container: str, workers: int, count: int) -> dict:
    """Jobs a second, start of the workers included, and processor time of a job."""
    wall, processor = time.perf_counter(), seconds_of_processor()
    verdicts = run_untrusted(jobs(count), Limits(seconds=30), workers, container=container)
    wall, processor = time.perf_counter() - wall, seconds_of_processor() - processor
    assert [verdict.passed for verdict in verdicts] == [number % 2 == 0 for number in range(count)]
    return {
        "container": container,
        "workers": workers,
        "programs": count,
        "seconds": round(wall, 2),
        "programs_per_second": round(count / wall, 1),
        "processor_milliseconds_per_program": round(1000 * processor / count, 2),
    }


def table(records: list[dict]) -> str:
    """Rows by container and workers; processor time as well, which other work on the machine disturbs less."""
    lines = [
        "| container | workers | programs | programs/s | processor time of one |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for record in records:
        lines.append(
            f"| {record['container']} | {record['workers']} | {record['programs']} "
            f"| {record['programs_per_second']:.0f} | {record['processor_milliseconds_per_program']:.1f} ms |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=500)
    parser.add_argument("--out", type=Path, default=ROOT / "docs/measurements/sandbox.json")
    arguments = parser.parse_args()
    records, layers = [], {}
    for container in ("bubblewrap", "namespaces", "none"):
        try:
            layers[container] = isolation(container)
        except SandboxError as problem:
            print(problem)
            continue
        for workers in (1, 2):
            records.append(measure(container, workers, arguments.programs))
            print(records[-1])
    machine = {"processors": os.cpu_count(), "python": platform.python_version(), "kernel": platform.release()}
    load = [round(value, 1) for value in os.getloadavg()]
    write_json(arguments.out, {"machine": machine | {"load": load}, "layers": layers, "records": records})
    if arguments.out == ROOT / "docs/measurements/sandbox.json":
        replace_block(ROOT / "docs/sandbox.md", "cost", table(records))


if __name__ == "__main__":
    main()
