"""Clauses of everyday English that are true or not, each with its denial, for arguments in words."""

from random import Random

from data_chef.logic import PEOPLE


CLAUSES = tuple(
    tuple(part.strip() for part in line.split("/"))
    for line in """
    it rains / it does not rain
    the road is wet / the road is not wet
    the lamp is on / the lamp is not on
    the door is open / the door is not open
    the alarm rings / the alarm does not ring
    the shop is closed / the shop is not closed
    the train is late / the train is not late
    the bell rings / the bell does not ring
    the cat sleeps / the cat does not sleep
    the dog barks / the dog does not bark
    the soup is hot / the soup is not hot
    the cake is ready / the cake is not ready
    the engine runs / the engine does not run
    the battery is empty / the battery is not empty
    the screen is dark / the screen is not dark
    the window is shut / the window is not shut
    the garden is dry / the garden is not dry
    the river is high / the river is not high
    the bridge is blocked / the bridge is not blocked
    the market is busy / the market is not busy
    the choir sings / the choir does not sing
    the baby laughs / the baby does not laugh
    the ice melts / the ice does not melt
    the wind blows / the wind does not blow
    the flag moves / the flag does not move
    the ferry sails / the ferry does not sail
    the parcel arrives / the parcel does not arrive
    the number is even / the number is not even
    the number is a multiple of six / the number is not a multiple of six
    the test passes / the test does not pass
    the program stops / the program does not stop
    the file is saved / the file is not saved
    the code is correct / the code is not correct
    the printer works / the printer does not work
    the fire burns / the fire does not burn
    the room is warm / the room is not warm
    the sun shines / the sun does not shine
    the snow is deep / the snow is not deep
    the path is clear / the path is not clear
    the game is over / the game is not over
    """.strip().split("\n")
)
PEOPLE_CLAUSES = tuple(
    tuple(part.strip() for part in line.split("/"))
    for line in """
    {0} is tired / {0} is not tired
    {0} wins the race / {0} does not win the race
    {0} reads a book / {0} does not read a book
    {0} has a ticket / {0} does not have a ticket
    {0} takes the bus / {0} does not take the bus
    {0} is at home / {0} is not at home
    {0} plays chess / {0} does not play chess
    {0} bakes bread / {0} does not bake bread
    {0} knows the password / {0} does not know the password
    {0} wears a coat / {0} does not wear a coat
    {0} feeds the birds / {0} does not feed the birds
    {0} is in the garden / {0} is not in the garden
    {0} opens the box / {0} does not open the box
    {0} finds the key / {0} does not find the key
    {0} misses the train / {0} does not miss the train
    {0} paints the fence / {0} does not paint the fence
    {0} sings a song / {0} does not sing a song
    {0} drinks tea / {0} does not drink tea
    {0} waters the plants / {0} does not water the plants
    {0} rides a bicycle / {0} does not ride a bicycle
    """.strip().split("\n")
)


def draw_clauses(rng: Random, count: int) -> list[str]:
    """Different clauses as they are affirmed, some of them about people."""
    pool = [yes for yes, _ in rng.sample(CLAUSES, count)]
    about = [yes for yes, _ in rng.sample(PEOPLE_CLAUSES, count)]
    return [a.format(rng.choice(PEOPLE)) if rng.random() < 0.5 else p for a, p in zip(about, pool, strict=True)]


def denied(clause: str) -> str:
    """The denial of an affirmed clause."""
    if clause in _DENIALS:
        return _DENIALS[clause]
    name, rest = clause.split(" ", 1)
    return _ABOUT[rest].format(name)


def affirmed(clause: str) -> str | None:
    """The clause that this one denies, or None when it denies nothing."""
    if clause in _AFFIRMED:
        return _AFFIRMED[clause]
    name, rest = clause.split(" ", 1)
    return f"{name} {_ABOUT_AFFIRMED[rest]}" if rest in _ABOUT_AFFIRMED else None


def opposite(clause: str) -> str:
    """The denial of a clause, or what it denies."""
    return affirmed(clause) or denied(clause)


_DENIALS = {yes: no for yes, no in CLAUSES}
_AFFIRMED = {no: yes for yes, no in CLAUSES}
_ABOUT = {yes.removeprefix("{0} "): no for yes, no in PEOPLE_CLAUSES}
_ABOUT_AFFIRMED = {no.removeprefix("{0} "): yes.removeprefix("{0} ") for yes, no in PEOPLE_CLAUSES}
