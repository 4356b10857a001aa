"""The lexicon: correct forms, sensible classes, enough words, and draws that repeat with the seed."""

import re
from random import Random

import pytest

from data_chef import lexicon
from data_chef.lexicon import source
from data_chef.stories import themes


ALL_NOUNS = [noun for kind in lexicon.kinds() for noun in lexicon.nouns(kind)]
FEW = {"length_units", "weight_units", "area_units"}
OFFENSIVE = re.compile(
    r"\b(?:damn|hell|crap|shit\w*|fuck\w*|ass|bitch\w*|bastard|cock|dick|tit|boob|slut|whore|nazi|nigg\w*|fag\w*|"
    r"retard\w*|idiot|stupid)\b",
    re.IGNORECASE,
)
# What is easily got wrong, one entry between commas.
PLURALS = source.entries("""
    box / boxes, berry / berries, toy / toys, child / children, grandchild / grandchildren, fisherman / fishermen,
    policewoman / policewomen, human / humans, German shepherd / German shepherds, knife / knives, bookshelf /
    bookshelves, loaf of bread / loaves of bread, roof / roofs, scarf / scarves, blouse / blouses, mouse / mice,
    mongoose / mongooses, goose / geese, tooth / teeth, foot / feet, square foot / square feet, potato / potatoes,
    piano / pianos, photo / photos, hero / heroes, sheep / sheep, goldfish / goldfish, deer / deer, cod / cod, bus
    / buses, quiz / quizzes, stomach / stomachs, beach / beaches, pair of scissors / pairs of scissors,
    mother-in-law / mothers-in-law, die / dice, spacecraft / spacecraft, double bass / double basses, sea bass /
    sea bass, cactus / cacti, octopus / octopuses, person / people, salesperson / salespeople, mile per hour /
    miles per hour, light-year / light-years, January / Januarys, birdhouse / birdhouses, blick / blicks, wuzz /
    wuzzes, forget-me-not / forget-me-nots, jack-in-the-box / jack-in-the-boxes, passion fruit / passion fruits,
    TV / TVs, ox / oxen, leaf / leaves, thief / thieves
""")
VERBS = source.entries("""
    buy buys bought bought buying, give gives gave given giving, stop stops stopped stopped stopping, carry
    carries carried carried carrying, play plays played played playing, lie lies lay lain lying, tie ties tied
    tied tying, dye dyes dyed dyed dyeing, go goes went gone going, wash washes washed washed washing, permit
    permits permitted permitted permitting, visit visits visited visited visiting, quit quits quit quit quitting,
    knit knits knitted knitted knitting, fix fixes fixed fixed fixing, mow mows mowed mowed mowing, eat eats ate
    eaten eating, read reads read read reading, swim swims swam swum swimming, ski skis skied skied skiing, have
    has had had having, agree agrees agreed agreed agreeing, reach reaches reached reached reaching, listen
    listens listened listened listening, chop chops chopped chopped chopping, sew sews sewed sewn sewing, equip
    equips equipped equipped equipping, water waters watered watered watering, pay pays paid paid paying
""")
WITH_AN = source.entries("""
    hour, honest, heir, apple, uncle, umbrella, 8, 11, 18, 80, 800, X-ray, MP3, herb, unimportant, egg, eagle,
    11th, 8th
""")
WITH_A = source.entries("""
    house, unicorn, European, uniform, useful, ukulele, one, once, 1, 10, 12, 110, 180, 100, UFO, ewe, utensil,
    yo-yo
""")
DEGREES = source.entries("""
    tall / taller / tallest, big / bigger / biggest, heavy / heavier / heaviest, large / larger / largest, good /
    better / best, cheap / cheaper / cheapest, far / farther / farthest, narrow / narrower / narrowest, thin /
    thinner / thinnest, slow / slower / slowest, dry / drier / driest, shy / shyer / shyest, expensive / more
    expensive / most expensive, hot / hotter / hottest, tired / more tired / most tired
""")
PLACES = source.entries("""
    in park, at zoo, on farm, on shelf, in box, in kitchen, on Monday, in July, at noon, on table, on plate
""")


def words_of(nouns):
    return [noun.singular for noun in nouns]


@pytest.mark.parametrize("pair", PLURALS)
def test_plurals(pair):
    singular, plural = pair.split(" / ")
    assert lexicon.pluralize(singular) == plural


@pytest.mark.parametrize("forms", VERBS)
def test_verb_forms(forms):
    verb = lexicon.verb(forms.split()[0])
    assert [verb.base, verb.third, verb.past, verb.participle, verb.gerund] == forms.split()


def test_phrasal_verbs_keep_their_particle_apart():
    verb = lexicon.verb("give away")
    assert (verb.base, verb.particle, verb.name) == ("give", "away", "give away")
    assert verb.say("past", "3 apples") == "gave away 3 apples"
    assert verb.say("third") == "gives away"


@pytest.mark.parametrize("word", WITH_AN)
def test_an(word):
    assert lexicon.article(word) == "an"


@pytest.mark.parametrize("word", WITH_A)
def test_a(word):
    assert lexicon.article(word) == "a"


@pytest.mark.parametrize("degrees", DEGREES)
def test_degrees(degrees):
    word, comparative, superlative = degrees.split(" / ")
    assert lexicon.comparative(word) == comparative
    assert lexicon.superlative(word) == superlative


def test_numbers_in_words():
    assert lexicon.number_words(0) == "zero"
    assert lexicon.number_words(21) == "twenty-one"
    assert lexicon.number_words(105) == "one hundred and five"
    assert lexicon.number_words(105, use_and=False) == "one hundred five"
    assert lexicon.number_words(1000) == "one thousand"
    assert len({lexicon.number_words(number) for number in range(1001)}) == 1001
    assert [lexicon.ordinal_words(number) for number in (1, 12, 20, 33, 100)] == [
        "first",
        "twelfth",
        "twentieth",
        "thirty-third",
        "one hundredth",
    ]
    assert [lexicon.ordinal(number) for number in (1, 2, 3, 11, 22, 113)] == "1st 2nd 3rd 11th 22nd 113th".split()
    with pytest.raises(ValueError, match="no words"):
        lexicon.number_words(-1)


def test_join():
    assert lexicon.join([]) == ""
    assert lexicon.join(["a"]) == "a"
    assert lexicon.join(["a", "b"], oxford=True) == "a and b"
    assert lexicon.join(["a", "b", "c"]) == "a, b and c"
    assert lexicon.join(["a", "b", "c"], oxford=True, last="or") == "a, b, or c"


def test_count_and_measures():
    assert lexicon.count(1, lexicon.noun("apple")) == "1 apple"
    assert lexicon.count(3, lexicon.noun("apple")) == "3 apples"
    flour = next(noun for noun in lexicon.nouns("dry_food") if noun.singular == "flour")
    assert lexicon.count(1, flour) == "1 cup of flour"
    assert lexicon.count(2, flour) == "2 cups of flour"
    assert "kilograms of flour" in [each.plural for each in lexicon.measures(flour)]


def test_enough_words():
    assert len(lexicon.content_words()) >= 5000
    assert len(lexicon.people()) >= 2500
    assert len(lexicon.surnames()) >= 800
    for kind in lexicon.kinds():
        assert len(lexicon.nouns(kind)) >= (9 if kind in FEW else 25), kind


@pytest.mark.parametrize("kind", lexicon.kinds())
def test_nouns_of_a_kind(kind):
    nouns = lexicon.nouns(kind)
    assert len(set(words_of(nouns))) == len(nouns)
    for noun in nouns:
        assert noun.kind == kind
        assert re.fullmatch(r"[A-Za-z0-9'-]+( [A-Za-z0-9'-]+)*", noun.singular)
        assert noun.price is None or 0 < noun.price[0] < noun.price[1]
        assert 0 < noun.amount[0] < noun.amount[1]
        assert not noun.is_mass or noun.units or kind == "money"


@pytest.mark.parametrize("kind", lexicon.kinds())
def test_what_the_data_refers_to_exists(kind):
    """Containers and places are nouns of the lexicon; words with adjectives of their own are of the kind."""
    found = [*lexicon.container_for(lexicon.nouns(kind)[0]), *lexicon.places_for(kind)]
    assert not [noun.singular for noun in found if noun.kind == "other" or noun.is_mass]
    facts = source.section("nouns")[kind]
    special = [*source.entries(facts.get("bare")), *facts.get("own", {})]
    for field in ("prep_in", "prep_on", "prep_at", "prep_none"):
        special += source.entries(facts.get(field))
    assert not set(special) - set(words_of(lexicon.nouns(kind)))


def test_the_everyday_nouns_of_stories_are_known():
    for name, theme in vars(themes).items():
        for word in theme.everyday if isinstance(theme, themes.Theme) else ():
            assert lexicon.noun(word).kind != "other" and not lexicon.noun(word).is_mass, (name, word)


def test_the_verbs_of_stories_have_the_forms_of_the_lexicon():
    for theme in (*themes.THEMES, themes.CONTAINERS):
        for verb in (*theme.actions, *theme.gains, *theme.losses):
            known = lexicon.verb(verb.base)
            assert (verb.third, verb.past) == (known.say("third"), known.say("past"))
            assert verb.ing.split()[0].endswith("ing") and verb.done


def test_no_word_twice_in_a_list():
    for kind in lexicon.verb_kinds():
        names = [verb.name for verb in lexicon.verbs(kind)]
        assert len(set(names)) == len(names), kind
    for kind in lexicon.adjective_types():
        words = [adjective.word for adjective in lexicon.adjectives(kind)]
        assert len(set(words)) == len(words), kind


def test_things_can_be_had_and_given():
    for kind in lexicon.kinds("thing"):
        assert lexicon.acquire_verbs(kind), kind
        assert lexicon.lose_verbs(kind), kind
        assert all(noun.price for noun in lexicon.nouns(kind)), kind


def test_adjectives_fit():
    apple = {adjective.word for adjective in lexicon.adjectives_for(lexicon.noun("apple"))}
    assert {"red", "ripe", "small"} <= apple
    assert "blue" not in apple
    cookies = {adjective.word for adjective in lexicon.adjectives_for("baked")}
    assert "chocolate" in cookies
    assert "chocolate" not in {each.word for each in lexicon.adjectives_for(lexicon.noun("chocolate cake"))}
    assert not lexicon.adjectives_for(lexicon.noun("pair of shoes"))
    marble = lexicon.describe("red", lexicon.noun("marble"))
    assert (marble.singular, marble.plural, marble.kind) == ("red marble", "red marbles", "collectables")


@pytest.mark.parametrize("phrase", PLACES)
def test_prepositions(phrase):
    preposition, word = phrase.split()
    assert lexicon.preposition(lexicon.noun(word)) == preposition


def test_jobs():
    for job in lexicon.jobs():
        assert job.thing.kind != "other", job.thing.singular
        assert 0 < job.pay[0] < job.pay[1]


def test_people():
    people = lexicon.people()
    assert len({person.name for person in people}) == len(people)
    assert {person.gender for person in people} == {"male", "female", "neutral"}
    assert all(re.fullmatch("[A-Z][a-z]+", person.name) for person in people)
    assert {person.name.lower() for person in people} & lexicon.content_words() <= {"billy", "martin"}
    maria = next(person for person in people if person.name == "Maria")
    assert (maria.he, maria.him, maria.his, maria.his_own, maria.himself) == ("she", "her", "her", "hers", "herself")
    assert maria.possessive == "Maria's"
    assert len(set(lexicon.surnames())) == len(lexicon.surnames())


def test_nothing_offensive():
    text = " ".join(words_of(ALL_NOUNS)) + " " + " ".join(sorted(lexicon.content_words()))
    text += " " + " ".join(person.name for person in lexicon.people()) + " " + " ".join(lexicon.surnames())
    assert not OFFENSIVE.findall(text)


def test_invented_words():
    real = set((source.text("english.txt") + source.text("taken.txt")).split()) | lexicon.content_words()
    rng = Random(7)
    nouns = [lexicon.invented_noun(rng) for _ in range(2000)]
    names = [lexicon.invented_name(rng) for _ in range(2000)]
    assert not {noun.singular for noun in nouns} & real
    assert not {name.lower() for name in names} & real
    assert all(noun.plural == lexicon.pluralize(noun.singular) != noun.singular for noun in nouns)
    assert len(set(names)) > 1500
    assert len({noun.singular for noun in nouns}) > 1500


def test_draws_repeat_with_the_seed():
    def draw(seed):
        rng = Random(seed)
        kind = rng.choice(lexicon.kinds("thing"))
        noun = rng.choice(lexicon.nouns(kind))
        return noun, rng.choice(lexicon.acquire_verbs(kind)), lexicon.invented_noun(rng), lexicon.invented_name(rng)

    assert [draw(seed) for seed in range(50)] == [draw(seed) for seed in range(50)]
