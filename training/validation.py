"""How the model does on held-out rows, family by family."""

import torch
from torch import nn

from data_chef.registry import get_task
from training.data import PackedLanes, Stage, batches


class _Rows:
    """Some rows as the only block of a source."""

    def __init__(self, rows: list[dict]):
        self.rows = rows

    def block(self, number: int) -> list[dict]:
        return self.rows


def family_of(row: dict) -> str:
    """The family of a corpus row's task; rows of early corpora do not say it themselves."""
    return row.get("family") or get_task(row["task"]).family


def by_family(scores: dict[str, dict]) -> dict[str, float]:
    """Exact match of the items of each family, from the scores per task of `training.evaluate`."""
    right: dict[str, list[float]] = {}
    for task, score in scores.items():
        counts = right.setdefault(family_of({"task": task}), [0, 0])
        counts[0] += score["exact_match"] * score["items"]
        counts[1] += score["items"]
    return {family: marks / items for family, (marks, items) in sorted(right.items())}


def family_batches(rows: list[dict], tokenizer, seq_len: int, count: int) -> dict[str, dict[str, torch.Tensor]]:
    """The first `count` packed rows of each family, or as many as its documents fill; families that do not fit into
    `seq_len` are left out."""
    families: dict[str, list[dict]] = {}
    for row in rows:
        families.setdefault(family_of(row), []).append(row)
    packed = {}
    for family, documents in sorted(families.items()):
        stage = Stage(_Rows(documents), 1)
        try:
            packed[family], _ = next(batches(PackedLanes([stage], tokenizer, seq_len, count, [0], 1)))
        except ValueError:
            continue
    return packed


@torch.no_grad()
def family_losses(model: nn.Module, packed: dict[str, dict[str, torch.Tensor]], device) -> dict[str, float]:
    """Mean loss per labelled token, nats."""
    was_training = model.training
    model.eval()
    losses = {
        family: model(
            **{name: tensor.to(device, torch.long) for name, tensor in batch.items()},
            use_cache=False,
            skip_logits=True,
        ).loss.item()
        for family, batch in packed.items()
    }
    model.train(was_training)
    return losses
