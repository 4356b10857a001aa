"""Class nouns for logic: real ones with their plurals, and invented ones that no dictionary knows."""

from random import Random


_REAL = (
    "cat dog bird horse cow sheep goat duck lion tiger bear snake frog rabbit whale shark eagle owl bee spider "
    "teacher doctor nurse farmer baker painter singer dancer writer pilot sailor driver student lawyer poet cook "
    "rose tulip tree flower fruit apple lemon carrot potato car truck ship boat train plane bicycle robot machine "
    "book novel letter song film game toy chair table lamp clock mirror bottle cup coin stone jewel crystal planet "
    "king queen prince knight pirate giant dragon monster ghost gardener runner swimmer athlete artist musician "
    "engineer chemist child parent neighbor guest citizen soldier judge reader thinker insect mammal reptile animal "
    "vehicle tool metal drink"
).split()
_IRREGULAR = {"sheep": "sheep", "child": "children"}
_ONSETS = "b bl br d dr f fl g gl gr h j k kl l m n p pl pr r s sl sn st t tr v w y z".split()
_VOWELS = "a e i o u oo ee".split()
_CODAS = "b ck d g ft lk m mp n nk p rk rm rt st t x zz".split()
NAMES = (
    "Tom Ann Max Eva Leo Mia Sam Zoe Ben Lily Jack Emma Noah Olivia Liam Ava Paul Nina Omar Rosa Ivan Tara Hugo Clara "
    "Felix Ruth Karl Vera Otto Dana Amir Lena Raj Priya Chen Yuki Kofi Amara Diego Lucia"
).split()


def plural(noun: str) -> str:
    """The English plural of a regular noun, or the known irregular one."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith(("s", "x", "zz", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith("ato") else "s")


def article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def invented(rng: Random) -> str:
    """A made-up noun of one or two syllables, such as `blick` or `wuftom`."""
    word = rng.choice(_ONSETS) + rng.choice(_VOWELS)
    if rng.random() < 0.3:
        word += rng.choice("bdfglmnprstvz") + rng.choice("aeiou")
    return word + rng.choice(_CODAS)


def draw_nouns(rng: Random, count: int, invented_rate: float) -> list[str]:
    """Different nouns, all real or all invented."""
    if rng.random() >= invented_rate:
        return rng.sample(_REAL, count)
    nouns: list[str] = []
    while len(nouns) < count:
        noun = invented(rng)
        if noun not in nouns and noun not in _REAL and noun[-1] != "y":
            nouns.append(noun)
    return nouns
