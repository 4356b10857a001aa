"""Python functions on a string: chains of changes, and counts of what is in it."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.programs.parts import TESTS, Operation, Step, function_problem, verify, verify_many
from data_chef.registry import Task, register
from data_chef.tokenizer import lexicon


VOWELS = "aeiou"
LETTERS = tuple(range(26))
SMALL = (1, 2, 3, 4)


def letter(k: int) -> str:
    return "abcdefghijklmnopqrstuvwxyz"[k]


CHANGES = (
    Operation("upper", "make it upper case", "{0}.upper()", lambda s, k: "".join(c.capitalize() for c in s)),
    Operation("lower", "make it lower case", "{0}.lower()", lambda s, k: s.casefold()),
    Operation("reverse", "reverse it", "{0}[::-1]", lambda s, k: "".join(reversed(s))),
    Operation("title", "capitalize each word", "{0}.title()",
              lambda s, k: " ".join(word[:1].upper() + word[1:].lower() for word in s.split(" "))),
    Operation("no_spaces", "remove the spaces", "{0}.replace(' ', '')",
              lambda s, k: "".join(c for c in s if c != " ")),
    Operation("dashes", "replace spaces by dashes", "{0}.replace(' ', '-')", lambda s, k: "-".join(s.split(" "))),
    Operation("first", "keep the first {k} characters", "{0}[:{k}]",
              lambda s, k: "".join(c for i, c in enumerate(s) if i < k), SMALL),
    Operation("last", "keep the last {k} characters", "{0}[-{k}:]",
              lambda s, k: "".join(c for i, c in enumerate(s) if i >= len(s) - k), SMALL),
    Operation("drop", "drop the first {k} characters", "{0}[{k}:]",
              lambda s, k: "".join(c for i, c in enumerate(s) if i >= k), SMALL),
    Operation("repeat", "repeat it {k} times", "{0} * {k}", lambda s, k: "".join(s for _ in range(k)), SMALL[1:]),
    Operation("no_vowels", "remove the vowels a, e, i, o, u", "''.join(c for c in {0} if c not in 'aeiou')",
              lambda s, k: s.translate({ord(v): None for v in VOWELS})),
    Operation("without", "remove the letter {c}", "{0}.replace('{c}', '')",
              lambda s, k: "".join(s.split(letter(k))), LETTERS),
    Operation("sort", "sort its characters", "''.join(sorted({0}))", lambda s, k: "".join(sorted(list(s)[::-1]))),
)  # fmt: skip
FACTS = (
    Operation("count_vowels", "Return the number of vowels in text.", "sum(c in 'aeiou' for c in text)",
              lambda s, k: len([c for c in s if c in VOWELS])),
    Operation("count_letter", "Return how often the letter {c} occurs in text.", "text.count('{c}')",
              lambda s, k: len(s.split(letter(k))) - 1, LETTERS),
    Operation("count_words", "Return the number of words in text.", "len(text.split())",
              lambda s, k: 1 + s.count(" ") if s else 0),
    Operation("words", "Return a list of the words in text.", "text.split()", lambda s, k: s.split(" ") if s else []),
    Operation("longest_word", "Return the length of the longest word in text, or 0 if there is none.",
              "max((len(w) for w in text.split()), default=0)",
              lambda s, k: sorted(map(len, s.split(" ")))[-1] if s else 0),
    Operation("starts_with", "Return True if text starts with the letter {c}, else False.", "text.startswith('{c}')",
              lambda s, k: s[:1] == letter(k), LETTERS),
    Operation("ends_with", "Return True if text ends with the letter {c}, else False.", "text.endswith('{c}')",
              lambda s, k: s[-1:] == letter(k), LETTERS),
    Operation("longer_than", "Return True if text has more than {k} characters, else False.", "len(text) > {k}",
              lambda s, k: bool(s[k:]), tuple(range(3, 15))),
    Operation("words_longer", "Return a list of the words in text with more than {k} letters.",
              "[w for w in text.split() if len(w) > {k}]",
              lambda s, k: [w for w in s.split(" ") if w[k:]], tuple(range(2, 7))),
    Operation("lengths", "Return a list of the lengths of the words in text.", "[len(w) for w in text.split()]",
              lambda s, k: list(map(len, s.split(" "))) if s else []),
    Operation("first_letters", "Return the first letters of the words in text as one string.",
              "''.join(w[0] for w in text.split())", lambda s, k: "".join(w[:1] for w in s.split(" "))),
    Operation("unique_letters", "Return the number of different characters in text.", "len(set(text))",
              lambda s, k: sum(c not in s[:i] for i, c in enumerate(s))),
    Operation("is_palindrome", "Return True if text reads the same backwards, else False.", "text == text[::-1]",
              lambda s, k: all(s[i] == s[-1 - i] for i in range(len(s) // 2))),
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    chain: int
    fact_rate: float = 0.4

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(chain=difficulty)

    def validate(self) -> None:
        if not 1 <= self.chain <= 5 or not 0 <= self.fact_rate <= 1:
            raise ValueError(f"chain must be 1 to 5 and fact_rate between 0 and 1: {self}")


def lettered(step: Step, text: str) -> str:
    """The text with the letter of the step in its place."""
    return text.replace("{c}", letter(step.k % 26))


def label(step: Step) -> str:
    return f"{step.operation.name}_{letter(step.k)}" if "{c}" in step.operation.code else str(step)


def draw_texts(rng: Random, step: Step) -> list[str]:
    """Inputs on which the step has something to do, and the empty string."""
    words = lexicon()[:1500]
    texts = [" ".join(rng.choice(words) for _ in range(rng.randint(1, 4))) for _ in range(TESTS - 2)]
    mark = letter(step.k % 26)
    special = {"is_palindrome": "level", "starts_with": mark + texts[0], "ends_with": texts[0] + mark}
    return [special.get(step.operation.name, mark + texts[0] + mark), *texts, ""]


def generate(rng: Random, config: Config) -> Problem:
    if rng.random() < config.fact_rate:
        fact = Step.draw(rng, FACTS)
        body, told = lettered(fact, f"return {fact.code()}"), lettered(fact, fact.phrase())
        return function_problem(rng, label(fact), "text", told, [body], label(fact), fact, draw_texts(rng, fact))
    steps = Step.chain(rng, CHANGES, config.chain)

    def reference(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    told = ", then ".join(lettered(step, step.phrase()) for step in steps)
    lines = [lettered(step, f"text = {step.code('text')}") for step in steps[:-1]]
    lines.append(lettered(steps[-1], f"return {steps[-1].code('text')}"))
    name, canonical = "_then_".join(s.operation.name for s in steps), "|".join(map(label, steps))
    inputs = draw_texts(rng, steps[0])
    return function_problem(rng, name, "text", f"Take text, {told}.", lines, canonical, reference, inputs)


register(Task("python_string_function", "python", Config, generate, verify, max_difficulty=3, verify_many=verify_many))
