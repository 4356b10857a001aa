"""What the variables of a loop are in the end, or how often its body runs, by following it."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.programs.algorithms.recipe import WORDS
from data_chef.programs.derived import search, shown, sound
from data_chef.programs.tracing import TooLong, trace_script
from data_chef.registry import Task, register


VALUE = (
    "What is the value of {name} after this code has run?\n\n{code}",
    "{code}\n\nWhat is {name} at the end?",
    "Find the final value of {name}.\n\n{code}",
    "Trace this code and give {name}.\n\n{code}",
    "{code}\n\nWhich value does {name} have after the loop?",
    "What does {name} hold in the end?\n\n{code}",
)
PRINTED = ("What does this code print?\n\n{code}\nprint({name})", "Predict the output.\n\n{code}\nprint({name})")
COUNT = (
    "How many times does the body of the loop run?\n\n{code}",
    "{code}\n\nHow many iterations does this loop make?",
    "Count the passes through the loop.\n\n{code}",
    "How often is the loop body executed?\n\n{code}",
)
CONDITIONS = ("{i} % 2 == 0", "{i} % 3 == 1", "{i} > {a}", "{i} < {m}", "{i} != {m}")
UPDATES = ("{a} += {i}", "{a} -= {i}", "{a} += {m}", "{a} = {a} + {i} * {m}", "{b} += {a}", "{b} += 1", "{b} -= {m}",
           "{a}, {b} = {b}, {a} + {m}", "{b} = {a} - {i}", "{a} = max({a}, {i})", "{b} = {i} * {m}")  # fmt: skip
GROWTH = ("{a} = {a} * 2", "{a} += {m}", "{a} += {b}", "{a} = {a} * 3 - {m}", "{a} = {a} + {b} + 1")
SHRINK = ("{a} //= 2", "{a} -= {m}", "{a} = {a} // 3", "{a} -= 2")
TEXT = ("{s} += c", "{s} = c + {s}", "{s} += c.upper()", "{s} = {s} + c + '-'", "{b} += 1", "{s} = c * 2 + {s}")
LETTERS = ("c in 'aeiou'", "c not in {s}", "c > 'm'", "c != '{letter}'")
LISTS = ("{xs}.append({i} * {m})", "{xs}.append({i} + {b})", "{b} += {i}", "{xs} = [{i}] + {xs}",
         "{xs}.insert(0, {i})", "{b} += len({xs})")  # fmt: skip
LARGEST = 150


@dataclass(frozen=True)
class Config:
    updates: int
    steps: int
    branch_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        level = difficulty - 1
        return cls((1, 2, 2, 3, 3)[level], (10, 16, 20, 24, 36)[level], (0.0, 0.3, 0.6, 0.8, 1.0)[level])

    def validate(self) -> None:
        if not 1 <= self.updates <= 4:
            raise ValueError(f"updates must be 1 to 4, not {self.updates}")


def block(rng: Random, config: Config, updates: tuple[str, ...], conditions: tuple[str, ...]) -> list[str]:
    """The body of the loop, some of it under a condition."""
    lines = rng.sample(updates, min(len(updates), config.updates))
    if rng.random() < config.branch_rate:
        last = lines.pop()
        lines += [f"if {rng.choice(conditions)}:", f"    {last}"]
        if rng.random() < 0.5:
            lines += ["else:", f"    {rng.choice([u for u in updates if u != last])}"]
    return lines


def draw(rng: Random, config: Config) -> tuple[str, list[str]]:
    """A program and the names that one may ask for."""
    slots = dict(zip("ab", rng.sample(("a", "b", "x", "y", "total", "count", "p", "q"), 2), strict=True))
    slots |= {"i": rng.choice("ijkn"), "s": rng.choice(("s", "text", "result")), "xs": rng.choice(("xs", "values"))}
    slots |= {"m": str(rng.randint(2, 5)), "letter": rng.choice("aeiost")}
    starts = ["{a} = " + str(rng.randint(0, 6)), "{b} = " + str(rng.randint(0, 6))]
    kind = rng.choice(("range", "range", "list", "while", "while", "text", "append"))
    if kind in ("range", "list", "append"):
        over = repr([rng.randint(0, 9) for _ in range(rng.randint(2, 4))])
        if kind != "list":
            low, high = rng.randint(0, 4), rng.randint(5, 9)
            over = rng.choice((f"range({rng.randint(3, 5)})", f"range({low}, {high})", f"range({low}, 12, 3)",
                               f"range({high}, {low}, -1)", f"range({high}, 0, -2)"))  # fmt: skip
        head = f"for {{i}} in {over}:"
        lines = block(rng, config, LISTS if kind == "append" else UPDATES, CONDITIONS)
        starts += ["{xs} = []"] if kind == "append" else []
    elif kind == "text":
        head = f"for c in '{rng.choice([word for word in WORDS if len(word) < 6])}':"
        starts = [starts[1], "{s} = ''"]
        lines = block(rng, config, TEXT, LETTERS)
    else:
        up = rng.random() < 0.5
        starts[0] = "{a} = " + str(rng.randint(1, 5) if up else rng.randint(15, 90))
        head = f"while {{a}} < {rng.randint(10, 60)}:" if up else f"while {{a}} > {rng.randint(0, 4)}:"
        others = tuple(u for u in UPDATES if u.startswith("{b} ") and "{i}" not in u)
        lines = [rng.choice(GROWTH if up else SHRINK), *rng.sample(others, min(len(others), config.updates - 1))]
        rng.shuffle(lines)
    body = "".join(f"    {line}\n" for line in lines)
    used = [start for start in starts if start.split(" = ")[0] in head + body]
    program = ("".join(f"{start}\n" for start in used) + head + "\n" + body).format(**slots)
    changed = [name for name in slots.values() if any(f"    {name} " in x or f"    {name}." in x or f", {name} =" in x
                                                      for x in program.split("\n"))]  # fmt: skip
    return program, sorted(set(changed))


def passes(program: str, steps: list) -> int:
    """How often the loop body runs, counted in the trace."""
    head = next(i for i, line in enumerate(program.split("\n"), 1) if line.startswith(("for ", "while ")))
    return sum(step.line == head and not step.text.endswith(": False") for step in steps)


def generate(rng: Random, config: Config) -> Problem:
    def attempt() -> tuple | None:
        program, names = draw(rng, config)
        try:
            steps, space = trace_script(program, config.steps)
        except TooLong:
            return None
        easy = all(abs(space[n]) <= LARGEST for n in names if isinstance(space[n], int))
        return (program, names, steps, space) if names and len(steps) > 3 and easy else None

    program, names, steps, space = search(attempt)
    name = rng.choice(names)
    told = [str(step) for step in steps]
    if rng.random() < 0.25:
        answer, name = str(passes(program, steps)), "iterations"
        question = rng.choice(COUNT).format(code=shown(rng, program))
        told.append(f"the body ran {answer} times" if answer != "1" else "the body ran once")
    elif rng.random() < 0.2 and str(space[name]).strip():
        question, answer = rng.choice(PRINTED).format(code=program.rstrip(), name=name), str(space[name])
    else:
        question, answer = rng.choice(VALUE).format(code=shown(rng, program), name=name), repr(space[name])
    return Problem(question, "\n".join(told), answer, f"{program}|{name}")


@sound
def verify(problem: Problem) -> bool:
    """Runs the program as it stands; the passes are counted by a line put into the body."""
    program, name = problem.canonical.rsplit("|", 1)
    if program.rstrip() not in problem.question:
        return False
    steps, _ = trace_script(program, 100)
    told = [str(step) for step in steps]
    lines = []
    for line in program.split("\n"):
        lines.append(line)
        if line.startswith(("for ", "while ")):
            lines.append("    iterations += 1")
    space: dict = {"iterations": 0}
    exec("\n".join(lines), space)
    if name == "iterations":
        told.append(f"the body ran {problem.answer} times" if problem.answer != "1" else "the body ran once")
    elif name not in problem.question:
        return False
    value = str(space[name]) if f"print({name})" in problem.question else repr(space[name])
    return problem.answer == value and problem.solution == "\n".join(told)


register(Task("python_loop_trace", "python", Config, generate, verify, max_difficulty=4))
