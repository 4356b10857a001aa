"""Who and what a story is about."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Person:
    name: str
    he: str
    him: str
    his: str


_HE = (
    "Tom Max Leo Ben Jack Noah Liam Paul Omar Ivan Hugo Felix Karl Otto Amir Raj Chen Kofi Diego Adam Peter Luis Mark "
    "Henry Oscar Victor Simon Jamal Kenji Mateo James Eric Daniel David Carlos Kevin Ryan Tim Josh Andy John Bob"
).split()
_SHE = (
    "Ann Eva Mia Zoe Lily Emma Olivia Ava Nina Rosa Tara Clara Ruth Vera Dana Lena Priya Yuki Amara Lucia Sara Julia "
    "Maria Helen Grace Alice Ella Sofia Hana Fatima Jane Lucy Kate Laura Amy Lisa Mary Anna Carla Tina Maya Betty"
).split()
_THEY = "Sam Alex Robin Kim Jordan Taylor".split()
PEOPLE = (
    [Person(name, "he", "him", "his") for name in _HE]
    + [Person(name, "she", "her", "her") for name in _SHE]
    + [Person(name, "they", "them", "their") for name in _THEY]
)

# item: containers it comes in
_ITEMS = {
    "apple": "bag basket box crate", "orange": "bag basket box crate", "egg": "box basket carton tray",
    "cookie": "bag box tin pack", "marble": "bag box jar", "pencil": "box pack case", "pen": "box pack case",
    "book": "box shelf stack", "sticker": "pack sheet set", "stamp": "pack sheet set", "coin": "bag jar box",
    "card": "pack box set", "ball": "bag box net", "toy": "box bag crate", "flower": "bunch vase basket",
    "cupcake": "box tray pack", "candle": "box pack bag", "button": "bag jar box", "bead": "bag jar box",
    "shell": "bag bucket box", "balloon": "pack bag bunch", "muffin": "box tray bag", "banana": "bunch bag box",
    "peach": "bag basket crate", "pear": "bag basket crate", "plum": "bag basket bowl", "lemon": "bag net crate",
    "tomato": "bag box crate", "potato": "bag sack crate", "carrot": "bag bunch sack", "nut": "bag jar bowl",
    "candy": "bag jar box", "cake": "box tray crate", "pie": "box tray crate", "sandwich": "box tray bag",
    "doll": "box set crate", "brick": "pile stack crate", "photo": "album box pack", "magazine": "stack box pile",
    "bottle": "crate box pack", "cup": "box set stack", "plate": "box set stack", "shirt": "pack box bag",
    "sock": "pack bag drawer", "ribbon": "pack box roll", "ticket": "pack roll book", "seed": "pack bag tray",
    "rose": "bunch vase basket", "strawberry": "bowl basket box", "cherry": "bowl basket bag",
    "rock": "bag box bucket",
    "crayon": "box pack case", "puzzle": "box set stack", "notebook": "pack box stack", "eraser": "pack box bag",
}  # fmt: skip
_PLACES = {
    "child": "park bus class playground library", "student": "class hall library bus", "bird": "tree park garden",
    "fish": "pond tank lake", "duck": "pond lake park", "person": "room train bus hall shop",
    "car": "lot garage street",
    "bee": "garden field", "sheep": "field barn", "cow": "field barn", "passenger": "train bus ship",
    "guest": "hotel hall",
    "player": "gym field club", "dog": "park shelter yard", "cat": "house shelter yard", "visitor": "museum zoo park",
    "worker": "factory office shop", "horse": "field barn", "boat": "harbor lake", "rabbit": "garden field barn",
}  # fmt: skip
_IRREGULAR = {"child": "children", "person": "people", "sheep": "sheep", "fish": "fish", "shelf": "shelves"}


def plural(noun: str) -> str:
    """The English plural."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    if noun.endswith(("s", "x", "ch", "sh", "ato")):
        return noun + "es"
    return noun + "s"


@dataclass(frozen=True)
class Cast:
    """The nouns of one story: the hero, the other person, what is counted, its container, a place and so on."""

    hero: Person
    other: Person
    item: str
    container: str
    place: str
    unit: str
    price: str
    group: str

    @property
    def items(self) -> str:
        return plural(self.item)

    @property
    def containers(self) -> str:
        return plural(self.container)


_BEINGS = sorted(_PLACES)
_THINGS = sorted(_ITEMS)
_PRICED = "bike guitar camera tent skateboard watch coat lamp chair drum bag game hat phone".split()


def draw_cast(rng: Random, counted: str) -> Cast:
    """Random nouns for a story that counts `things`, `beings` or `dollars`."""
    hero = rng.choice(PEOPLE)
    other = rng.choice(PEOPLE)
    while other.name == hero.name:
        other = rng.choice(PEOPLE)
    item = rng.choice(_BEINGS if counted == "beings" else _THINGS)
    container = rng.choice((_ITEMS.get(item) or "group").split())
    return Cast(
        hero,
        other,
        item,
        container,
        place=rng.choice((_PLACES.get(item) or "room").split()),
        unit=rng.choice(("day", "hour", "week")),
        price=rng.choice(_PRICED),
        group=rng.choice(("friend", "child", "cousin", "classmate", "student", "neighbor")),
    )
