"""The split of a problem is a function of the problem itself, so no two splits can share one.

The exception are functions of a single operation, whose split is a function of the question (`heldout.is_vocabulary`).
"""

SPLITS = ("train", "validation", "test", "extrapolation")
# Percent of all problems, by hash: train up to here, then validation, then extrapolation; the rest is test.
TRAIN, VALIDATION, EXTRAPOLATION = 80, 85, 90


def split_of_hash(canonical_hash: str) -> str:
    """`train` for 80% of all problems, `validation` and `extrapolation` for 5% each, `test` for 10%.

    Extrapolation problems are drawn one level above the hardest that training sees; that some problem of a harder
    level could also be drawn at an easier one does not matter, since its hash keeps it out of the other splits.
    Larger shares make held-out items cheaper, since an item of a split is drawn until one falls into it.
    """
    percent = int(canonical_hash[:8], 16) % 100
    if percent < TRAIN:
        return "train"
    return "validation" if percent < VALIDATION else "extrapolation" if percent < EXTRAPOLATION else "test"
