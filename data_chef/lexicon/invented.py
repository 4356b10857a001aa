"""Names and nouns that no dictionary knows, without end."""

from functools import cache
from random import Random

from data_chef.lexicon.inflect import pluralize
from data_chef.lexicon.source import text
from data_chef.lexicon.words import Noun, content_words


ONSETS = "b bl br d dr f fl g gl gr h j k kl l m n p pl pr qu r s sk sl sm sn sp st t tr tw v w y z zh".split()
VOWELS = "a e i o u a e i o u oo ee ai".split()
MIDDLES = (
    "b d f g k l m n p r s t v z lb ld lm mb mp nd ng nk nt rb rd rm rn rt sk st zz bb dd ff gg ll mm nn pp tt".split()
)
CODAS = "b ck d g k l ll m n p r rk rm rn rp rt st t x zz nt lk lm lp mp nk sk ft".split()
NAME_ENDS = "a o i e an en in on ar el or us ia ora eth il ek ix is um".split()
# Syllables that could turn a made-up word into an offensive one.
_AVOID = (
    "anus ars arse ass bast bit bitc boo boob bub bum but coc cok coon coq crap cum cunt dam damn dead dic die dik "
    "dyk fag fart feg fuc fuk fuq gas gay god goo gook gun hel hell homo hor jap jes jis jiz kik kill kkk kok koo "
    "kum kun lesb mong murd naz nazi neg nig nip nud paki ped pee pen pim pis poo poop pric prik pus rap rape ret "
    "sex shi shit slag slit slu snot spas spic suc suk tar tee tit tur twat urin vag wan wank whor "
).split()


@cache
def _real_words() -> frozenset[str]:
    """English words, among them all common ones that the syllables above can form."""
    words = f"{text('english.txt')} {text('taken.txt')} {' '.join(content_words())}"
    return frozenset(words.lower().split())


def _fine(word: str) -> bool:
    real = _real_words()
    return word not in real and pluralize(word) not in real and not any(bad in word for bad in _AVOID)


def _stem(rng: Random) -> str:
    word = rng.choice(ONSETS) + rng.choice(VOWELS)
    for _ in range(rng.choice((0, 1, 1, 1, 2))):
        word += rng.choice(MIDDLES) + rng.choice("aeiou")
    return word


def invented_noun(rng: Random) -> Noun:
    """A made-up noun with a regular plural, such as "wuftom" or "dralk"."""
    while True:
        word = _stem(rng) + rng.choice(CODAS)
        if _fine(word):
            return Noun(word, pluralize(word), "invented", price=(1, 50))


def invented_name(rng: Random) -> str:
    """A made-up first name, such as "Brunela"."""
    while True:
        word = rng.choice(ONSETS) + rng.choice("aeiou") + rng.choice(MIDDLES)
        if rng.random() < 0.5:
            word += rng.choice("aeiou") + rng.choice("dlmnrstvz")
        word += rng.choice(NAME_ENDS)
        if _fine(word):
            return word.capitalize()
