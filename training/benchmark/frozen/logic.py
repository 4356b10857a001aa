"""Categorical statements decided by their models: the second route of the syllogisms, which derives nothing.

A model says which regions of a Venn diagram are inhabited. Universal statements forbid regions, particular ones want
one of some; so they can be true together exactly if each particular one finds a region that nobody forbids.
"""

import re
from collections.abc import Sequence

from data_chef.tasks.syllogism import Statement, read


OPPOSITE = {"all": "some-not", "some-not": "all", "no": "some", "some": "no"}


def satisfiable(statements: Sequence[Statement], existential: bool = True) -> bool:
    """Whether the statements can all be true; with `existential`, while every class named has a member."""
    terms = {term: i for i, term in enumerate(sorted({t for _, s, p in statements for t in (s, p)}))}
    regions = range(1, 1 << len(terms))

    def inside(region: int, term: int) -> bool:
        return bool(region >> terms[term] & 1)

    def meant(region: int, statement: Statement) -> bool:
        """Whether the region is what a universal statement forbids or a particular one wants."""
        quantifier, s, p = statement
        return inside(region, s) and inside(region, p) is (quantifier in ("no", "some"))

    universal = [one for one in statements if one[0] in ("all", "no")]
    allowed = [region for region in regions if not any(meant(region, one) for one in universal)]
    wanted = [one for one in statements if one[0] in ("some", "some-not")]
    return all(any(meant(region, one) for region in allowed) for one in wanted) and (
        not existential or all(any(inside(region, term) for region in allowed) for term in terms)
    )


def verdict(premises: Sequence[Statement], asked: Statement, existential: bool = True) -> str:
    """Yes when the premises make it true, No when they make it false, Unknown otherwise.

    Raises ValueError for premises that contradict each other.
    """
    if not satisfiable(premises, existential):
        raise ValueError("the premises contradict each other")
    if not satisfiable([*premises, (OPPOSITE[asked[0]], *asked[1:])], existential):
        return "Yes"
    return "Unknown" if satisfiable([*premises, asked], existential) else "No"


def read_question(question: str) -> tuple[list[Statement], Statement]:
    """The premises and what is asked, from the English. Raises ValueError for a sentence that is none of those."""
    terms: dict[str, int] = {}

    def statement(text: str) -> Statement:
        quantifier, subject, predicate = read(text.strip().rstrip(".").lower())
        return quantifier, terms.setdefault(subject, len(terms)), terms.setdefault(predicate, len(terms))

    asking = re.search(r"(?:Conclusion: |(?:Does|Is|Can) (?:it|we) \w+ that )(.*?)[.?]", question)
    if asking is None:
        raise ValueError(f"nothing is asked in {question!r}")
    premises = re.split(r"(?<=\.) ", question[: asking.start()].strip())
    return [statement(text) for text in premises], statement(asking[1])
