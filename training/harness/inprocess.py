"""The tasks of this folder without the command line: for the test and the study that compare the harness with us."""

from pathlib import Path
from typing import Any


TASKS = Path(__file__).parent


def samples(
    model: str | Path, task: str, batch_size: int = 64, chat: bool = True, model_args: dict | None = None, **metadata
) -> list[dict]:
    """What `lm_eval --log_samples` would write: a dict per problem and filter, in the order of the problems.

    Args:
        model: folder of a saved model.
        chat: whether the model's chat template is applied.
        model_args: further arguments of the harness's `hf` model.
        metadata: what `--metadata` passes to `dataset.load`: `data`, `items`.

    Raises:
        ImportError: lm_eval is not installed.
    """
    import lm_eval
    from lm_eval.tasks import TaskManager

    # An absolute path: a relative one is taken for the name of a model on the Hub when the report is written.
    arguments = {"pretrained": str(Path(model).resolve()), "trust_remote_code": True, **(model_args or {})}
    results: Any = lm_eval.simple_evaluate(
        model="hf",
        model_args=arguments,
        tasks=[task],
        # Without the harness's own thousands of tasks, which take seconds to list.
        task_manager=TaskManager(include_path=str(TASKS), include_defaults=False, metadata=metadata),
        batch_size=batch_size,
        device="cpu",
        apply_chat_template=chat,
        bootstrap_iters=0,
        confirm_run_unsafe_code=True,
    )
    return results["samples"][task]
