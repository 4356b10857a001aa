"""What the tasks that draw a composed function share: the difficulty, and the functions to choose from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.core import Step
from data_chef.programs.compose.draw import STARTS, draw_function
from data_chef.programs.function import Function
from data_chef.programs.parts import problem_of, stub


@dataclass(frozen=True)
class Config:
    """The level of `draw_function`."""

    level: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(level=difficulty)

    def validate(self) -> None:
        if not 1 <= self.level <= 6:
            raise ValueError(f"level must be 1 to 6, not {self.level}")


def draw_source(
    rng: Random,
    config: Config,
    suits: Callable[[str], bool],
    starts: Sequence[tuple[str, ...]] = STARTS,
    want: Callable[[list[Step]], bool] | None = None,
) -> tuple[Function, str]:
    """A function that has a suitable program, and that program."""
    while True:
        function = draw_function(rng, config.level, starts, want)
        source = next(filter(suits, function.sources), None)
        if source is not None:
            return function, source


STUB_PHRASINGS = (
    "Complete this Python function.\n\n{code}",
    "Write the body of this Python function.\n\n{code}",
    "Finish the function:\n\n{code}",
    "{code}",
    "Write this function in Python:\n\n{code}",
    "What is missing here? Give the whole function.\n\n{code}",
    "Only the head of this function is there. Write all of it.\n\n{code}",
    "{code}\n\nComplete the function.",
    "Make this function do what its docstring says.\n\n{code}",
)


def stub_problem(rng: Random, config: Config, starts: Sequence[tuple[str, ...]]) -> Problem:
    """The item that shows a signature without types, a docstring and one example."""
    function = draw_function(rng, config.level, starts)
    code = stub(function, rng, hinted=False, examples=1)
    return problem_of(function, rng.choice(STUB_PHRASINGS).format(code=code), rng.choice(function.sources))
