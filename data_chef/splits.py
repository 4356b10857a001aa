"""The split of a problem is a function of the problem itself, so no two splits can share one."""

SPLITS = ("train", "validation", "test", "extrapolation")


def split_of_hash(canonical_hash: str) -> str:
    """`train` for 90% of all problems, `validation` for 3%, `test` for 5%, `extrapolation` for 2%.

    Extrapolation problems are drawn one level above the hardest that training sees; that some problem of a harder
    level could also be drawn at an easier one does not matter, since its hash keeps it out of the other splits.
    """
    percent = int(canonical_hash[:8], 16) % 100
    if percent < 90:
        return "train"
    return "test" if percent >= 95 else "validation" if percent < 93 else "extrapolation"
