"""Publishes a release to the Hub: the model, with --dataset its corpus, with --space the page that runs it.

Everything is checked before anything is sent. Each repository gets one commit with what changed, and a tag with the
version. After a failure the same command goes on where it stopped.
"""

import argparse
import sys
import tempfile
import traceback
from pathlib import Path

from huggingface_hub import HfApi, get_token

from .model import curriculum_of, model_repository, was_trained_on
from .plan import Plan, check_names, check_secrets
from .problems import Problems, PublishError
from .secret import hidden
from .space import SPACE, space_repository


CORPORA = Path("corpus")


def main(argv: list[str] | None = None) -> int:
    options = parse(argv)
    token = get_token()
    # False, not None: huggingface_hub would look for a token again.
    plan = Plan(HfApi(token=token or False))
    with hidden(token) as hide, tempfile.TemporaryDirectory(prefix="odin-publish-") as scratch:
        sending = False
        try:
            prepare(plan, options, token, Path(scratch))
            print("\n".join(plan.lines(every_file=options.dry_run)))
            if not options.dry_run:
                sending = True
                plan.publish(options.private)
            return 0
        except KeyboardInterrupt:
            status, told = 130, "stopped"
        except PublishError as error:
            status, told = 1, f"error: {error}"
        except Exception:
            status, told = 1, traceback.format_exc()
        print(hide(told), file=sys.stderr)
        print(reached(plan, sending), file=sys.stderr)
        return status


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m export.publish", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="release folder")
    parser.add_argument("--repo", required=True, metavar="USER/NAME", help="repository of the model")
    parser.add_argument("--export", type=Path, metavar="DIR", help="its export; default: space/public/models/NAME")
    parser.add_argument("--dtypes", help="precisions to publish, comma-separated; default: all that the export has")
    parser.add_argument("--dataset", metavar="USER/NAME", help="repository of the corpus")
    parser.add_argument(
        "--corpus",
        type=Path,
        metavar="DIR",
        help="folder that python -m data_chef build wrote; default: corpus/CURRICULUM of the model",
    )
    parser.add_argument("--space", metavar="USER/NAME", help="repository of the page")
    parser.add_argument("--dist", type=Path, metavar="DIR", help="page built for this; default: it is built")
    parser.add_argument("--private", action="store_true", help="create repositories as private ones")
    parser.add_argument("--dry-run", action="store_true", help="check, show what would be sent, and change nothing")
    options = parser.parse_args(argv)
    if options.corpus and not options.dataset:
        parser.error("--corpus is of a dataset: give --dataset, too")
    if options.dist and not options.space:
        parser.error("--dist is of a page: give --space, too")
    if options.private and options.space:
        parser.error("a page cannot read a private model: omit --private, or --space")
    options.export = options.export or SPACE / "public" / "models" / options.model.resolve().name
    return options


def prepare(plan: Plan, options: argparse.Namespace, token: str | None, scratch: Path) -> None:
    """Puts together what each repository shall hold, and asks the Hub what it has.

    Raises:
        PublishError: with everything that is in the way.
    """
    problems = Problems()
    check_names({"--repo": options.repo, "--dataset": options.dataset, "--space": options.space}, problems)

    def room(name: str) -> Path:
        (scratch / name).mkdir()
        return scratch / name

    dataset, named = None, None
    if options.dataset:
        from .dataset import dataset_repository  # it needs pyarrow, a model alone does not

        corpus = options.corpus or CORPORA / curriculum_of(options.model)
        dataset = dataset_repository(corpus, options.dataset, room("dataset"), problems)
        if was_trained_on(options.model, corpus):
            named = options.dataset
        else:
            print(f"the cards do not name {options.dataset}: {options.model.name} was trained on another corpus")
    dtypes = options.dtypes.split(",") if options.dtypes else None
    model = model_repository(
        options.model, options.export, options.repo, room("model"), problems, dtypes, named, options.space
    )
    space = None
    if options.space and model:
        space = space_repository(options.space, model, named, plan.api.endpoint, room("space"), problems, options.dist)
    plan.repositories = [found for found in (model, dataset, space) if found]
    check_secrets(plan.repositories, token, problems)
    plan.ask(options.private, options.dry_run, problems)
    if problems:
        count = f"{len(problems)} problems" if len(problems) > 1 else "a problem"
        raise PublishError(f"{count}:\n" + "\n".join(f"- {problem}" for problem in problems))


def reached(plan: Plan, sending: bool) -> str:
    """What is done and what is not, after a failure."""
    if not sending:
        return "nothing was sent"
    stages = [f"{repository}: {repository.stage}" for repository in plan.repositories]
    return "\n".join([*stages, "the same command goes on from there"])


if __name__ == "__main__":
    sys.exit(main())
