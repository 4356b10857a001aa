"""A table of values and how often each occurs: how many in all, the mode, the mean, at least so many."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import Table, framed, over, sound, split_table, sums, times, together
from data_chef.registry import Task, register
from data_chef.text import find


TITLES = (
    ("Score", "Students", "students"), ("Children", "Families", "families"), ("Goals", "Games", "games"),
    ("Pets", "Homes", "homes"), ("Books", "Readers", "readers"), ("Points", "Rounds", "rounds"),
)  # fmt: skip
ASK = {
    "count": ("How many {things} are there in all?", "How many {things} does the table count?"),
    "mode": ("Which number in the column {title} is the most frequent?", "What is the mode of the column {title}?"),
    "least": ("For how many {things} is the number under {title} at least {k}?",),
    "total": ("What do the numbers under {title} add up to for all {things} together?",),
    "mean": ("What is the mean of {title} over all {things}?", "What is the average under {title} for all {things}?"),
}


@dataclass(frozen=True)
class Config:
    rows: int
    high: int
    kinds: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            rows=(3, 4, 5, 8)[difficulty - 1],
            high=(9, 12, 25, 80)[difficulty - 1],
            kinds=(("count", "mode", "least"), tuple(ASK), tuple(ASK), ("total", "mean", "least"))[difficulty - 1],
        )

    def validate(self) -> None:
        if self.rows < 3 or self.high < 4:
            raise ValueError(f"rows must be at least 3, high must be at least 4: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind, (title, head, things) = rng.choice(config.kinds), rng.choice(TITLES)
    size, low = rng.randint(3, config.rows), rng.randint(0, 2)
    values = list(range(low, low + size))
    counts = rng.sample(range(1, max(config.high, size + 1)), size)
    if kind == "mean":  # so many more of one value that the mean is whole
        i = rng.randint(1, size - 2)
        above = sum((value - values[i]) * count for value, count in zip(values, counts, strict=True))
        counts[i - 1 if above > 0 else i + 1] += abs(above)
    pairs = list(zip(values, counts, strict=True))
    total, many, k = sum(v * n for v, n in pairs), sum(counts), rng.choice(values[1:])
    steps = [sums(counts)]
    answer = str(many)
    if kind == "mode":
        steps, best = [f"{head}: {together(counts)}"], max(counts)
        answer = str(values[counts.index(best)])
        steps.append(f"{best} is the largest, it stands beside {answer}")
    elif kind == "least":
        part = [n for v, n in pairs if v >= k]
        steps = [f"{v}: {n}" for v, n in pairs if v >= k] + ([sums(part)] if len(part) > 1 else [])
        answer = str(sum(part))
    elif kind in ("total", "mean"):
        steps = [times(v, n) for v, n in pairs] + [sums([v * n for v, n in pairs])]
        answer = str(total)
        if kind == "mean":
            steps += [sums(counts), over(total, many)]
            answer = str(total // many)
    table = Table(tuple(map(str, values)), (head,), tuple((n,) for n in counts))
    ask = rng.choice(ASK[kind]).format(things=things, title=title, k=k)
    return Problem(
        question=framed(rng, title, table, ask),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{pairs}" + (f"|{k}" if kind == "least" else ""),
    )


def verify(problem: Problem) -> bool:
    """Writes the whole list of values out."""
    table, around = split_table(problem.question)
    values = [int(v) for v, (n,) in zip(table.rows, table.cells, strict=True) for _ in range(n)]
    if "at least" in around:
        return sound(problem, str(sum(v >= int(find(r"at least (\d+)", around).group(1)) for v in values)))
    if "frequent" in around or "mode" in around:
        return sound(problem, str(max(values, key=values.count)))
    if "mean" in around or "average" in around:
        return sound(problem, str(Fraction(sum(values), len(values))))
    return sound(problem, str(sum(values) if "add up" in around else len(values)))


register(Task("frequency_table", "mathematics", Config, generate, verify, max_difficulty=3))
