"""The tasks of this folder without the command line: for the test and the study that compare the harness with us."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


TASKS = Path(__file__).parent


def samples(
    model: str | Path, tasks: Sequence[str], batch_size: int = 64, chat: bool = True, **metadata
) -> dict[str, list[dict]]:
    """What `lm_eval --log_samples` would write, by task: a dict per problem and filter, in the order of the problems.

    Args:
        model: folder of a saved model.
        tasks: their names, such as `odin_math`.
        chat: whether the model's chat template is applied.
        metadata: what `--metadata` passes to `dataset.load`: `data`, `items`.

    Raises:
        ImportError: lm_eval is not installed.
    """
    import lm_eval
    from lm_eval.tasks import TaskManager

    results: Any = lm_eval.simple_evaluate(
        model="hf",
        # An absolute path: a relative one is taken for the name of a model on the Hub when the report is written.
        model_args={"pretrained": str(Path(model).resolve()), "trust_remote_code": True},
        tasks=list(tasks),
        # Without the harness's own thousands of tasks, which take seconds to list.
        task_manager=TaskManager(include_path=str(TASKS), include_defaults=False, metadata=metadata),
        batch_size=batch_size,
        device="cpu",
        apply_chat_template=chat,
        bootstrap_iters=0,
        confirm_run_unsafe_code=True,
    )
    return results["samples"]
