"""Who and what a story is about: people, places and things, each of them at most once."""

from dataclasses import dataclass, field, replace
from functools import cache
from random import Random

from data_chef import lexicon
from data_chef.lexicon import Person, article
from data_chef.stories import themes
from data_chef.stories.themes import Theme, Verb


# How often a thing is one of those that everybody knows.
EVERYDAY = 0.35


class Retry(Exception):
    """The numbers or words drawn so far make no sensible story; the caller starts again."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Someone or something that can have things: a person or a place.

    Attributes:
        name: as a sentence says it: `Ann`, `the zoo`.
        he, him, his: its pronouns.
        plural: whether its verb is in the plural.
        person: a person; else a place, of which one says that there are things in it.
        preposition: for places, `in`, `on` or `at`.
    """

    name: str
    he: str = "it"
    him: str = "it"
    his: str = "its"
    plural: bool = False
    person: bool = False
    preposition: str = "in"

    @property
    def s(self) -> str:
        """The possessive."""
        return f"{self.name}'s"


@dataclass(frozen=True, slots=True)
class Item:
    """Things that can be counted: `one` red apple, `many` red apples.

    Attributes:
        base: the noun alone, `apple`; equal to `one` when there is no adjective before it.
        fixed: whether it stays what it is when a schema looks for something to compare it with.
        cost: a sensible price in dollars.
    """

    one: str
    many: str
    theme: Theme
    base: str
    base_many: str
    fixed: bool = False
    cost: tuple[int, int] = (1, 30)

    def count(self, number: str) -> str:
        return f"{number} {self.one if number in ('1', 'one') else self.many}"


@cache
def _people() -> tuple[Person, ...]:
    """Those with a pronoun of their own; "they" could mean several."""
    return lexicon.people("male") + lexicon.people("female")


@dataclass
class Cast:
    """Draws without repeating itself within one story.

    Attributes:
        sorted: the sorts of things that it has named, `red apple`; a second number for one of them would contradict.
        divided: the things whose sorts are counted one by one and summed, which no further sort may join.
    """

    rng: Random
    strange_rate: float
    theme: Theme = field(init=False)
    names: set[str] = field(default_factory=set)
    pronouns: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    holders: dict[str, Item] = field(default_factory=dict)
    sorted: set[str] = field(default_factory=set)
    divided: set[str] = field(default_factory=set)
    dated: bool = False

    def __post_init__(self) -> None:
        self.theme = self._of(themes.THEMES)

    def _of(self, options):
        return options[int(self.rng.random() * len(options))]

    # People and places

    def person(self) -> Owner:
        """Somebody new, now and then with a name that nobody has."""
        while True:
            one = self._somebody()
            if one.name not in self.names:
                self.names.add(one.name)
                self.pronouns.append(one.he)
                return Owner(one.name, one.he, one.him, one.his, person=True)

    def _somebody(self) -> Person:
        if self.rng.random() < self.strange_rate:
            return Person(lexicon.invented_name(self.rng), self._of(("male", "female")))
        if self.rng.random() < 0.35:
            gender = self._of(("male", "female"))
            return Person(self._of(themes.COMMON_NAMES[gender]), gender)
        return self._of(_people())

    def place(self, item: Item) -> Owner:
        """Where there can be such things."""
        while True:
            word = self._of(item.theme.places)
            if word not in self.names:
                break
            word = f"{self._of(('first', 'second', 'third', 'other', 'big', 'small', 'old', 'new'))} {word}"
            if word not in self.names:
                break
        self.names.add(word)
        return Owner(f"the {word}", preposition=themes.PREPOSITIONS.get(word.split()[-1], "in"))

    def new_owner(self, like: Owner) -> Owner:
        """Another one of the same sort."""
        if like.person:
            return self.person()
        head = like.name.removeprefix("the ").split()[-1]
        while True:
            if self.rng.random() < 0.4:
                word = (
                    f"{self._of(('first', 'second', 'third', 'other', 'next', 'new', 'old', 'big', 'small'))} {head}"
                )
            else:
                word = self._of(self.theme.places)
            if word not in self.names:
                self.names.add(word)
                return Owner(f"the {word}", preposition=themes.PREPOSITIONS.get(word.split()[-1], "in"))

    other_owner = new_owner

    def ambiguous(self, who: Owner) -> bool:
        """Whether the story has another person with the same pronoun."""
        return self.pronouns.count(who.he) > 1

    def relative(self, who: Owner) -> str:
        return f"{who.his} {self._of(('mother', 'father', 'grandmother', 'grandfather', 'aunt', 'uncle', 'sister', 'brother', 'cousin', 'neighbor', 'friend', 'teacher'))}"

    def possessive(self, who: Owner) -> str:
        return who.s

    def someone(self) -> str:
        return self._of(("a visitor", "a neighbor", "the owner", "a truck", "a friend", "somebody"))

    def _counted(self, words: tuple[str, ...]) -> Item:
        one = self._of(words)
        return Item(one, lexicon.pluralize(one), self.theme, one, lexicon.pluralize(one), fixed=True)

    def group(self) -> Item:
        return self._counted(themes.FRIENDS)

    def crowd(self) -> Item:
        return self._counted(themes.CROWDS)

    def crowd_two(self) -> str:
        return self._of(("teachers", "parents", "guides", "helpers", "drivers"))

    def crew(self) -> Item:
        return self._counted(themes.CREWS)

    # Things

    def _fresh(self, theme: Theme) -> Item:
        for _ in range(30):
            if self.rng.random() < self.strange_rate:
                noun = lexicon.invented_noun(self.rng)
            elif theme.everyday and self.rng.random() < EVERYDAY:
                noun = lexicon.noun(self._of(theme.everyday))
            else:
                noun = self._of(lexicon.nouns(self._of(theme.kinds)))
                if noun.is_mass:
                    noun = self._of(lexicon.measures(noun))
            if noun.singular not in self.words:
                break
        self.words.add(noun.singular)
        one, many = noun.singular, noun.plural
        if theme.lasting and " " not in one and noun.kind != "invented" and self.rng.random() < 0.08:
            fitting = lexicon.adjectives_for(noun)
            if fitting:
                adjective = self._of(fitting).word
                one, many = f"{adjective} {one}", f"{adjective} {many}"
        return Item(one, many, theme, one, many, cost=noun.price or (2, 40))

    def item(self) -> Item:
        """What the story counts."""
        return self._fresh(self.theme)

    def thing(self) -> Item:
        """What the story counts, and somebody can have."""
        if not self.theme.owned:
            self.theme = self._of(themes.THINGS)
        return self._fresh(self.theme)

    def made(self) -> Item:
        """Something that is made in a workshop."""
        return self._fresh(self._of((themes.TOOLS, themes.TOYS, themes.CLOTHES)))

    def goods(self) -> Item:
        """Something that one buys, of any theme that has prices; mostly of the story's own."""
        theme = self.theme
        if not theme.price or self.rng.random() < 0.4:
            theme = self._of(themes.PRICED)
        return self._fresh(theme)

    def other_item(self, item: Item) -> Item:
        """Other things of the same sort, or of another colour."""
        if item.one != item.base:
            return self.sorts(self.base(item), 2, including=item)[1]
        return self._fresh(item.theme)

    def base(self, item: Item) -> Item:
        """The same things whatever their colour."""
        return replace(item, one=item.base, many=item.base_many)

    def sorts(self, item: Item, k: int, including: Item | None = None) -> list[Item]:
        """`k` sorts of the same things, told apart by adjectives of one type."""
        found = []
        adjectives = self._of(item.theme.adjectives)
        if including is not None and including.one != item.one:
            word = including.one.removesuffix(f" {item.one}")
            adjectives = next((group for group in item.theme.adjectives if word in group), adjectives)
            found.append(including)
            adjectives = tuple(a for a in adjectives if a != word)
        adjectives = tuple(a for a in adjectives if f"{a} {item.one}" not in self.sorted)
        if item.one != item.base or " " in item.one or len(adjectives) < k - len(found):
            raise Retry
        for adjective in self.rng.sample(adjectives, k - len(found)):
            found.append(replace(item, one=f"{adjective} {item.one}", many=f"{adjective} {item.many}"))
            self.sorted.add(f"{adjective} {item.one}")
        return found

    def coloured(self, item: Item) -> Item:
        """One sort of these things."""
        return self.sorts(item, 1)[0]

    def container(self, item: Item) -> Item:
        """What such things are kept in: always the same in one story."""
        if item.base not in self.holders:
            one = self._of(item.theme.containers)
            self.holders[item.base] = Item(one, lexicon.pluralize(one), themes.CONTAINERS, one, lexicon.pluralize(one))
        return self.holders[item.base]

    def new_container(self, item: Item) -> Item:
        """What such things are put into now: not what the story has already found them in."""
        if item.base not in self.holders:
            return self.container(item)
        words = tuple(word for word in item.theme.containers if word != self.holders[item.base].one)
        return replace(self._counted(words), theme=themes.CONTAINERS, fixed=False)

    def line(self, item: Item) -> Item:
        one = self._of(("row", "row", "column", "line", "shelf", "stack", "pile"))
        return Item(one, lexicon.pluralize(one), themes.CONTAINERS, one, lexicon.pluralize(one), fixed=True)

    def lasting(self, item: Item) -> bool:
        return item.theme.lasting

    def portable(self, item: Item) -> bool:
        return item.theme.portable

    def paired(self, item: Item) -> bool:
        return item.theme.paired

    def plenty(self, item: Item) -> int:
        return item.theme.plenty

    def price(self, item: Item) -> tuple[int, int]:
        return item.cost

    def action(self, item: Item) -> Verb:
        return self._of(item.theme.actions)

    def gain(self, item: Item) -> Verb:
        return self._of(item.theme.gains)

    def lose(self, item: Item) -> Verb:
        return self._of(item.theme.losses)

    def put(self, item: Item) -> str:
        return self._of(item.theme.puts)

    def removed(self, item: Item) -> str:
        return self._of(item.theme.removals)

    # Circumstances

    def moment(self, past: bool) -> str:
        """When it happens: said at most once in a story."""
        if self.dated:
            return ""
        self.dated = True
        return self._of(themes.MOMENTS + themes.PAST_MOMENTS if past else themes.MOMENTS)

    def receiver(self, who: Owner) -> str:
        """Somebody to give to: by name, or by what they are to the giver."""
        return self.other_owner(who).name if self.rng.random() < 0.4 else self.relative(who)

    def days(self, k: int) -> tuple[str, ...]:
        run = self._of(themes.RUNS)
        start = self.rng.randrange(len(run) - k + 1)
        return run[start : start + k]

    def somewhere(self) -> str:
        return f"the {self._of(lexicon.nouns('places')).singular}"

    def doings(self, k: int) -> list[str]:
        return [noun.singular for noun in self.rng.sample(lexicon.nouns("activities"), k)]

    def pastimes(self, k: int) -> list[str]:
        """How one spends time: `reading`, `on tennis`."""
        return [doing if doing.split()[0].endswith("ing") else f"on {doing}" for doing in self.doings(k)]

    def job(self) -> str:
        return self._of(themes.JOBS)

    def job_to_do(self) -> str:
        return self._of(themes.TASKS)

    def two_likes(self) -> list[str]:
        return self.rng.sample(self._of(themes.LIKES), 2)

    def article(self, word: str) -> str:
        return article(word)
