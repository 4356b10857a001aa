"""Bar charts drawn with signs of text: one bar, all bars, the longest, and how much longer."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import draw_table, minus, named, sound, sums, times
from data_chef.registry import Task, register
from data_chef.text import find


SIGNS = "*ox@+"
KEYS = ("Each {sign} stands for {scale}.", "One {sign} is {scale}.", "Key: {sign} means {scale}", "({sign}: {scale})")
ASK = {
    "one": ("How many {c} {one}?", "What number does the bar of {r} show?"),
    "all": ("How many {c} {all} in all?",),
    "best": ("{which}",),
    "more": ("How many more {c} {two}?",),
}


@dataclass(frozen=True)
class Config:
    rows: int
    longest: int
    scales: tuple[int, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            rows=(3, 5, 6, 9)[difficulty - 1],
            longest=(8, 12, 15, 25)[difficulty - 1],
            scales=((1, 1, 2, 10), (2, 5, 10, 100), (3, 4, 5, 20, 25, 50), (6, 7, 8, 12, 15, 30))[difficulty - 1],
        )

    def validate(self) -> None:
        if self.rows < 3 or self.longest < 4:
            raise ValueError(f"rows must be at least 3, longest must be at least 4: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind, scale, sign = rng.choice(list(ASK)), rng.choice(config.scales), rng.choice(SIGNS)
    theme, drawn = draw_table(rng, rng.randint(3, config.rows), 1, max(config.longest, config.rows + 1))
    (c,) = drawn.columns
    lengths = dict(zip(drawn.rows, drawn.column(c), strict=True))
    r, s = sorted(rng.sample(drawn.rows, 2), key=lambda row: -lengths[row])
    most = rng.choice(("most", "fewest"))
    width, between = max(map(len, lengths)), rng.choice((": ", " | ", " "))
    bars = [f"{row if between == ': ' else row.ljust(width)}{between}{sign * n}" for row, n in lengths.items()]
    head = rng.choice((f"Number of {c}", f"{c.capitalize()}:", f"A bar chart of {c}"))
    key = rng.choice(KEYS).format(sign=sign, scale=scale)

    def value(row: str) -> list[str]:
        return [f"{row}: {lengths[row]} signs", times(lengths[row], scale)]

    if kind == "one":
        steps, answer = value(r), str(lengths[r] * scale)
    elif kind == "more":
        gap = lengths[r] - lengths[s]
        steps = [f"{r}: {lengths[r]} signs", f"{s}: {lengths[s]} signs"]
        steps += [minus(lengths[r], lengths[s]), times(gap, scale)]
        answer = str(gap * scale)
    elif kind == "all":
        total = sum(lengths.values())
        steps, answer = [sums(lengths.values()), times(total, scale)], str(total * scale)
    else:
        answer = (max if most == "most" else min)(lengths, key=lengths.__getitem__)
        steps = [", ".join(f"{row} {n}" for row, n in lengths.items())]
        steps.append(f"{lengths[answer]} is the {'largest' if most == 'most' else 'smallest'}: {answer}")
    which = theme.which.format(most=most, c=c)
    forms = {"c": c, "r": r, "one": theme.one.format(r=r), "all": theme.all, "two": theme.two.format(r=r, s=s)}
    ask = rng.choice(ASK[kind]).format(which=which, **forms)
    chart = "\n".join([head, *bars, key])
    asked = {"one": r, "more": f"{r}|{s}", "all": "", "best": most}[kind]
    return Problem(
        question=rng.choice(("{chart}\n\n{ask}", "{chart}\n{ask}", "{ask}\n\n{chart}")).format(chart=chart, ask=ask),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{asked}|{scale}|{lengths}",
    )


def verify(problem: Problem) -> bool:
    """Counts the signs at the ends of the lines."""
    sign, scale = find(
        r"(?:Each|One|Key:|\()\s?([*ox@+]):?(?: stands for| is| means)? (\d+)", problem.question
    ).groups()
    lines = problem.question.split("\n")
    bars = re.compile(rf"(\w+) *[:| ] ?({re.escape(sign)}+)")
    lengths = {match[1]: len(match[2]) for line in lines if (match := bars.fullmatch(line))}
    (ask,) = (line for line in lines if line.endswith("?"))
    rows, unit = named(lengths, ask), int(scale)
    if len(rows) == 2:
        return sound(problem, str((lengths[rows[0]] - lengths[rows[1]]) * unit))
    if len(rows) == 1:
        return sound(problem, str(lengths[rows[0]] * unit))
    if "in all" in ask:
        return sound(problem, str(sum(n * unit for n in lengths.values())))
    ranked = sorted(lengths, key=lengths.__getitem__)
    return sound(problem, ranked[-1 if "most" in ask else 0])


register(Task("bar_chart_text", "mathematics", Config, generate, verify, max_difficulty=3))
