"""What odin-nano was trained on, beside evaluation sets: `python docs/studies/decontamination.py FILE.jsonl ...`.

The run drew its items while it trained. They are drawn again (curriculum, seed and tokens are those of the release),
and each is compared with the files: does it share 13 words in a row with any of them? It takes some minutes. Writes
docs/measurements/decontamination.json, which the model card shows.
"""

import argparse
import json
import sys
from collections import Counter
from itertools import count
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tqdm import tqdm  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

from data_chef.decontaminate import Evaluation, corpus_documents  # noqa: E402
from data_chef.text import chat, response  # noqa: E402
from training.data import StreamBlocks  # noqa: E402
from training.io import write_json  # noqa: E402


RELEASE = HERE.parents[1] / "odin-nano"
RESULT = HERE.parent / "measurements/decontamination.json"


def compare(release: Path, files: list[Path], tokens: int | None = None) -> dict:
    """Overlaps of the items that a release was trained on.

    Args:
        tokens: how many to draw; as many as the run read when None.

    Returns:
        `items` and `tokens` that were compared, which none that the run read is missing from; `against` (file to
        sha256); `overlaps` (file to task to items that share 13 words with it).

    Raises:
        ValueError: the release was not trained on one curriculum, or a file is damaged.
        FileNotFoundError: a file is not there.
    """
    described = json.loads((release / "odin.json").read_text())
    curriculum, lanes = described["dataset"].get("curriculum"), described["recipe"]["lanes"]
    if not isinstance(curriculum, str):
        raise ValueError(f"{release} was not trained on the stream of one curriculum: check its corpora instead")
    wanted = tokens or json.loads((release / "evaluation.json").read_text())["training"]["tokens"]
    tokenizer, blocks = AutoTokenizer.from_pretrained(release), StreamBlocks(curriculum, described["seed"])
    every = Evaluation.read(files)
    each = {path.name: Evaluation.read([path]) for path in files}
    found: dict[str, Counter] = {name: Counter() for name in each}
    items = drawn = 0
    # Every lane may be in the middle of a block of its own.
    left = lanes
    bar = tqdm(total=wanted, unit="token", unit_scale=True)
    for number in count():
        rows = blocks.block(number)
        texts = [corpus_documents(row) for row in rows]
        for i in every.overlaps(texts).nonzero()[0]:
            for name, evaluation in each.items():
                found[name][rows[i]["task"]] += int(evaluation.overlaps([texts[i]])[0])
        conversations = [chat(row["question"], response(row)) for row in rows]
        size = sum(map(len, tokenizer(conversations)["input_ids"]))
        items, drawn = items + len(rows), drawn + size
        bar.update(size)
        left -= drawn >= wanted
        if not left:
            break
    bar.close()
    return {
        "model": release.resolve().name,
        "curriculum": curriculum,
        "seed": described["seed"],
        "content_sha256": described["dataset"]["content_sha256"],
        "items": items,
        "tokens": drawn,
        "against": every.sources,
        "overlaps": {name: {task: n for task, n in sorted(of.items()) if n} for name, of in found.items()},
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.jsonl")
    options = parser.parse_args(arguments)
    try:
        result = compare(RELEASE, options.files)
    except (ValueError, OSError) as error:
        sys.exit(f"decontamination: {error}")
    write_json(RESULT, result)
    print(f"{result['items']:,} items, {result['tokens']:,} tokens")
    for name, tasks in result["overlaps"].items():
        print(f"{name:32} {sum(tasks.values()):6,}  {tasks or ''}")


if __name__ == "__main__":
    main()
