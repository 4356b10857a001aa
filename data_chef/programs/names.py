"""Names that say nothing of what a function does, and the parameter names that people use.

A function whose name follows from its task teaches to guess the name; one called `torpil_7` has to be read off the
question and copied.
"""

import builtins
import keyword
from collections.abc import Collection
from functools import cache
from random import Random

from data_chef.tokenizer import lexicon


# Share of the functions with such a name, and of the parameters with a common name.
STRANGE = 0.3
COMMON = 0.3
RESERVED = frozenset(
    [*dir(builtins), *keyword.kwlist]
    + "math re gcd lcm itertools heapq Counter accumulate os reduce".split()
    # Names that programs use for their own variables.
    + "result value number total count found values words rows product counts groups answer n c x".split()
)
PARAMETERS = {
    "int": tuple("n k x a b m num number value val".split()),
    "str": tuple("s text string word str1 st txt test_str line string1".split()),
    "list[int]": tuple("nums arr lst l numbers test_list nums1 list1 a xs values array".split()),
    "list[str]": tuple("words strings lst list1 strs test_list arr names texts".split()),
    "list[list[int]]": tuple("matrix grid lists mat test_list list1 lst m".split()),
    "list[tuple[int, int]]": tuple("pairs tuples test_list tup_list lst points".split()),
    "dict[str, int]": tuple("d dct dict1 test_dict mapping data".split()),
}
ONSETS = tuple("b bl br c ch d dr f fl g gr h j k kl l m n p pl qu r s sk sl st t tr v w y z".split())
VOWELS = tuple("a e i o u a e i o u ai ea oo ou".split())
CODAS = ("", "", "", *"b d f g k l m n p r s t x ck nd rt sh".split())


@cache
def dictionary() -> tuple[str, ...]:
    return tuple(word for word in lexicon() if word.isalpha() and word.islower() and 1 < len(word) < 9)


def invented(rng: Random) -> str:
    """A word that is in no dictionary, as a rule: `torpil`, `ga`."""
    return "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(rng.choice((1, 2, 2))))


def strange_name(rng: Random, taken: Collection[str] = ()) -> str:
    """A name of one to five random or invented words: `silver_map`, `lunchOfGrain`, `dorf_3`, `Plane_stain`."""
    size = rng.choices((1, 2, 3, 4, 5), (20, 36, 26, 12, 6))[0]
    # A single word of the dictionary might as well be a variable, or a word among the arguments.
    words = [invented(rng) if size == 1 or rng.random() < 0.3 else rng.choice(dictionary()) for _ in range(size)]
    if rng.random() < 0.15:
        at = rng.randrange(size)
        words[at] += str(rng.randrange(1, 20)) if rng.random() < 0.6 else f"_{rng.randrange(10)}"
    style = rng.random()
    if style < 0.78:
        name = "_".join(words)
    elif style < 0.9:
        name = words[0] + "".join(word[:1].upper() + word[1:] for word in words[1:])
    elif style < 0.95:
        name = "".join(word[:1].upper() + word[1:] for word in words)
    else:
        name = "_".join(word[:1].upper() + word[1:] if rng.random() < 0.5 else word for word in words)
    return strange_name(rng, taken) if name in RESERVED or name in taken else name
