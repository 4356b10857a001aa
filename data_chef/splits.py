"""The split of a problem is a function of the problem itself, so no two splits can share one."""

SPLITS = ("train", "validation", "test")


def split_of_hash(canonical_hash: str) -> str:
    """`train` for 90% of all problems, `validation` and `test` for 5% each."""
    percent = int(canonical_hash[:8], 16) % 100
    return "train" if percent < 90 else "validation" if percent < 95 else "test"
