"""Short orders about the form of an answer: repeat, capitals, lists of so many numbers, only the number."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.logic import draw_word
from data_chef.registry import Task, register


COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDERS = {
    "repeat": ('Repeat the word "{w}" {c} times.', 'Say "{w}" {c} times.', 'Write "{w}" {c} times.',
               'Please type "{w}" {c} times in a row.'),
    "commas": ('Write "{w}" {c} times, separated by commas.', 'Say "{w}" {c} times with commas between.'),
    "upper": ('Write "{w}" in capital letters.', 'Say "{w}" in upper case.', 'Put "{w}" into capitals.',
              'How does "{w}" look in capital letters?'),
    "title": ('Write "{w}" with a capital first letter.', 'Capitalize the word "{w}".'),
    "say": ('Say "{w}".', 'Only say the word "{w}".', 'Answer with the word "{w}" and nothing else.',
            'Just write "{w}".',
            'Reply with "{w}".'),
    "even": ("List {c} even numbers, starting from {n}.", "Give me {c} even numbers from {n} on.",
             "Name the first {c} even numbers that are at least {n}."),
    "odd": ("List {c} odd numbers, starting from {n}.", "Give me {c} odd numbers from {n} on.",
            "Name the first {c} odd numbers that are at least {n}."),
    "multiples": ("List the first {c} multiples of {n}.", "Give me the first {c} multiples of {n}.",
                  "Write down {c} multiples of {n}, starting with {n}."),
    "up": ("Count from {n} to {m}.", "Count up from {n} to {m}.", "Write the numbers from {n} to {m}."),
    "down": ("Count down from {m} to {n}.", "Count backwards from {m} to {n}.",
             "Write the numbers from {m} down to {n}."),
    "number": ("What is {n} + {k}? Answer with the number only.", "{n} + {k}. Only the number, please.",
               "Give just the number: {n} + {k}", "Without any words: what is {n} + {k}?"),
    "sentence": ("What is {n} + {k}? Answer in a full sentence.", "Say in a sentence what {n} + {k} is.",
                 "Give {n} + {k} as a whole sentence."),
    "yesno": ("Is {n} greater than {m}? Answer with yes or no.", "Is {m} greater than {n}? Only say yes or no.",
              "Answer with one word, yes or no: is {n} less than {m}?"),
    "word": ("Write the number {k} as a word.", "Spell the number {k} as a word.", "How do you write {k} in letters?"),
    "quoted": ('Put "{w}" in square brackets.', 'Write "{w}" in square brackets.'),
    "two": ('Write "{w}" and then "{v}", with a space between.', 'Say "{w}" followed by "{v}".'),
    "swap": ('Write "{w} {v}" with the two words exchanged.', 'Swap the words in "{w} {v}".'),
    "lines": ('Write "{w}" and "{v}" on two lines.', 'Put "{w}" and "{v}" on separate lines.'),
}  # fmt: skip
DRESSES = (
    "{}",
    "{}",
    "{}",
    "{}",
    "Please follow this: {}",
    "A small task: {}",
    "{} Thanks!",
    "Hi! {}",
    "Now do this: {}",
)


@dataclass(frozen=True)
class Config:
    count: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(count=(4, 6, 10)[difficulty - 1], high=(20, 90, 200)[difficulty - 1])

    def validate(self) -> None:
        if not 3 <= self.count <= 10 or self.high < 10:
            raise ValueError(f"count must be 3 to 10 and high at least 10: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(tuple(ORDERS))
    c, n = rng.randint(2, config.count), rng.randint(1, config.high)
    n = rng.randint(2, 12) if kind == "multiples" else n
    w, v, m, k = draw_word(rng, 3, 8), draw_word(rng, 3, 8), n + rng.randint(2, config.count), rng.randint(1, 10)
    times = COUNTS[c] if rng.random() < 0.6 else c
    question = rng.choice(DRESSES).format(rng.choice(ORDERS[kind])).format(w=w, v=v, c=times, n=n, m=m, k=k)
    answer = {
        "repeat": lambda: " ".join([w] * c),
        "commas": lambda: ", ".join([w] * c),
        "upper": w.upper,
        "title": w.title,
        "say": lambda: w,
        "even": lambda: numbers(n + n % 2, 2, c),
        "odd": lambda: numbers(n + 1 - n % 2, 2, c),
        "multiples": lambda: numbers(n, n, c),
        "up": lambda: numbers(n, 1, m - n + 1),
        "down": lambda: numbers(m, -1, m - n + 1),
        "number": lambda: str(n + k),
        "sentence": lambda: f"{n} + {k} is {n + k}.",
        "yesno": lambda: "No" if re.search(rf"is {n} greater", question, re.IGNORECASE) else "Yes",
        "word": lambda: COUNTS[k],
        "quoted": lambda: f"[{w}]",
        "two": lambda: f"{w} {v}",
        "swap": lambda: f"{v} {w}",
        "lines": lambda: f"{w}\n{v}",
    }[kind]()
    return Problem(question=question, solution="", answer=answer, canonical=question.lower())


def numbers(first: int, step: int, count: int) -> str:
    return ", ".join(str(first + step * k) for k in range(count))


def verify(problem: Problem) -> bool:
    """Finds out from the order what is wanted, and looks whether the reply has that form and content."""
    text, reply = problem.question, problem.answer
    quoted = [word for part in re.findall(r'"([^"]+)"', text) for word in part.split()]
    plain = re.sub(r'"[^"]+"', "#", text)
    values = [int(number) for number in re.findall(r"\d+", plain)]
    count = next((k for k, name in enumerate(COUNTS) if re.search(rf"\b{name}\b", plain) and k), None)
    if "times" in plain:
        count = count or values[0]
        gap = ", " if "commas" in plain else " "
        return reply.split(gap) == quoted * count
    if re.search("capital letters|upper case|capitals", plain):
        return reply.isupper() and reply.lower() == quoted[0]
    if re.search("apital", plain):
        return reply == quoted[0][0].upper() + quoted[0][1:]
    if "brackets" in plain:
        return reply[0] + reply[-1] == "[]" and reply[1:-1] == quoted[0]
    if len(quoted) == 2:
        wanted = quoted[::-1] if re.search("exchanged|Swap", plain) else quoted
        return (reply.split("\n") if "lines" in plain else reply.split(" ")) == wanted
    if quoted:
        return [reply] == quoted
    if re.search("yes or no", plain):
        greater = "greater" in plain
        return reply == ("Yes" if (values[0] > values[1]) == greater and values[0] != values[1] else "No")
    if "+" in plain:
        total = values[0] + values[1]
        return reply == (f"{values[0]} + {values[1]} is {total}." if "sentence" in plain else str(total))
    if re.search("as a word|in letters", plain):
        return reply in COUNTS and COUNTS.index(reply) == values[0]
    if not re.fullmatch(r"\d+(?:, \d+)*", reply):
        return False
    given = [int(number) for number in reply.split(", ")]
    gaps = {b - a for a, b in zip(given, given[1:], strict=False)}
    if re.search("ount|Write the numbers", plain):
        return [given[0], given[-1]] == values and len(gaps) == 1 and gaps <= {1, -1}
    if count is None:
        count, *values = values if "ultiples" not in plain or "starting" not in plain else values[:2]
    start = values[0]
    if "ultiples" in plain:
        return len(given) == count and given[0] == start and gaps <= {start}
    odd = "odd" in plain
    return len(given) == count and gaps <= {2} and given[0] % 2 == odd and start <= given[0] <= start + 1


register(Task("follow_format", "chat", Config, generate, verify, max_difficulty=2))
