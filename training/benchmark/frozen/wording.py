"""Wordings that a careful teacher would not print: the generator makes few of them, the frozen set holds none."""

import re
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from itertools import combinations

from data_chef.item import Problem


# Each is matched against the question; the comments say what is wrong with it.
UNFIT = (
    # What does "it" stand for?
    r"\b(?:half|\d+%|a \w+) of it\b|\b(?:added|brought|parked|moved|put|placed|more|\w+s) (?:in|on) it\b",
    # A discount on money that is spent already.
    r"\b(?:spen[dt]s?|pa(?:id|ys?))\b[^?]*\b(?:discount|coupon|off)\b",
    # Bought, or only needed?
    r"\bneed(?:s|ed)\b.*\bwith the money\b|\bneed(?:s|ed)\b.*\b(?:left|remains?)\?",
    # Two careers.
    r"has always wanted to be.*\bto be an? .* one day|used to be.*\bwanted to be|who works as.*\bto be an?\b",
    r", a retired .*\bto be an?\b|, a retired[^,]*, (?:is|was) an? ",
    # The plural of one.
    r"\b(?:1|[Oo]ne) (?:\w+ )?(?:liters|gallons|hours|days|weeks|miles|feet|inches|meters|dollars)\b",
    # "Bags that all have the same apples in them": the same number is meant.
    r"\ball have the same\b",
    r"\bare how old\b|\bis how\b|\bbefore that\b",
    # A share that only one of them is said to get.
    r", and \w+ (?:is|was) one of them",
    r"learning about the word",
    # "17 minutes cricket".
    r"\bspen[dt]s? (?:\w+) minutes (?!\w*ing\b|on\b|at\b)",
    # "Half of them" beside a part: of all or of the part?
    r"\bhalf of them\b.*\bof (?:the|these|them)\b|\bof (?:the|these|them) \w* ?(?:are|were)\b.*\bof them\b",
    # A nut for 184 dollars.
    r"\b(?:costs?|cost|for an? \w+)\b[^.?]{0,25}(?:\$\d{3}|\b\d{3,} dollars)",
    r"\b(?:needs?|needed|wanted) (?:\$\d{3,}|\d{3,} dollars)",
    # Each carton held 8, and then 11 go into each carton.
    r"\b(?:[Ee]ach|[Ee]very|[Oo]ne) (\w+)\b.*\b(?:each|every|one) \1\b",
)
_PARTS = re.compile(
    r"\bthe rest (?:are|were)\b|\ball the others\b|\bamong them\b|\bof (?:them|these|the)\b[^.?]* (?:are|were) \w+"
)
_ALL = re.compile(r"\b(?:altogether|in all|in total|total|combined|together)\b")
# Results that may come twice: what changes with each event.
_CHANGES = re.compile(r"(?: now| left|'s money|^Price after that|^Discount|^\d+% of them|^1/\d+ of them|^\d+\*.*)$")
_NUMBER = re.compile(r"\d[\d,.]*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b")
RUDE = re.compile(
    r"fuck|shit|\b(?:sex|sexual|porn\w*|nude|ass|bitch\w*|damn|hell|rape\w*|kill\w*|dicks?|cocks?|suicide|nazi\w*)\b",
    re.I,
)
_UNFIT = [re.compile(pattern, re.S) for pattern in UNFIT]
_DAYS = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August "
    "September October November December".split()
)


@cache
def common_words() -> frozenset[str]:
    """The 5,000 most common English words."""
    return frozenset((files("data_chef") / "data" / "english.txt").read_text().split())


@cache
def first_names() -> frozenset[str]:
    return frozenset((files("data_chef") / "data" / "names.txt").read_text().split())


def people(question: str) -> set[str]:
    """The names in a question: first names, and words with a capital letter that are no common English ones."""
    return {
        word
        for word in re.findall(r"\b[A-Z][a-z]+", question)
        if word in first_names() or (word not in _DAYS and word.lower() not in common_words())
    }


def unfit(problem: Problem) -> bool:
    """Whether the wording is unclear, clumsy, or contradicts itself."""
    question = problem.question
    if RUDE.search(question) or any(pattern.search(question) for pattern in _UNFIT):
        return True
    sentences = re.split(r"(?<=[.?!]) ", question)
    masked = [
        re.sub(r"\d[\d,.]*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", "N", s)
        for s in sentences
    ]
    if len(set(masked)) < len(masked):
        return True
    # "They" beside a third person: of whom is it said? And names that one takes for each other.
    names = people(question)
    if re.search(r"\b(?:they|them)\b", sentences[-1]) and len(names) > 2:
        return True
    if any(SequenceMatcher(None, one, two).ratio() > 0.82 for one, two in combinations(names, 2)):
        return True
    steps = problem.solution.split("\n")
    # So many an hour, day and night.
    if "*24=" in problem.solution and "hour" in question:
        return True
    # Parts of something whose whole is told as well, and then counted again with others of its kind.
    if _PARTS.search(question) and (len(steps) > 2 or _ALL.search(sentences[-1])):
        return True
    labels = [step.partition(": ")[0] for step in steps if ": <<" in step]
    if any(labels.count(label) > 1 and not _CHANGES.search(label) for label in labels):
        return True
    # A number from before an event that goes on being used after it.
    return any("before that" in step for step in steps[:-1])
