"""What can happen in a story, with its arithmetic and its wordings.

A clause turns the running quantity `q` into the result of its last step. In a step `x` and `y` are the clause's own
numbers, `r` is the step before, `p` is what the hero had when the other person came in.

A wording is a verb phrase whose subject is the person in question, or, after `=`, whole sentences. `[buys|bought]` is
a verb in present and past.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clause:
    """One kind of clause.

    Attributes:
        kind: its name.
        takes: the type of quantity it continues, empty for a beginning.
        gives: the type of quantity after it, empty for the question that ends a story.
        steps: (label, left, operator, right) for each step; none for a clause that only states or asks.
        numbers: the range of each own number, inclusive.
        wordings: the frames.
        questions: for the end of a story, how it asks.
    """

    kind: str
    takes: str
    gives: str
    steps: tuple[tuple[str, str, str, str], ...]
    numbers: dict[str, tuple[int, int]]
    wordings: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


FEW, SOME, MANY = (2, 9), (2, 40), (2, 1999)
X, XY = {"x": MANY}, {"x": FEW, "y": SOME}

BEGINNINGS = (
    Clause("have", "", "items", (), X, (
        "[has|had] {x} {items}", "[has|had] {x} {items}", "[starts|started] with {x} {items}",
        "[owns|owned] {x} {items}",
        "[collects|collected] {x} {items}", "[buys|bought] {x} {items}",
        "=There [are|were] {x} {items} in {N}'s {container}.", "=There [are|were] {x} {items} on {N}'s table.",
    )),
    Clause("packs", "", "items", (("Total", "x", "*", "y"),), XY, (
        "[buys|bought] {x} {containers} of {y} {items}", "[has|had] {x} {containers} of {y} {items} each",
        "[buys|bought] {x} {containers} with {y} {items} in each",
        "[fills|filled] {x} {containers} with {y} {items} each",
        "=There [are|were] {x} {containers} with {y} {items} each. {N} [takes|took] them all.",
    )),
    Clause("daily", "", "items", (("Total", "x", "*", "y"),), XY, (
        "[collects|collected] {y} {items} a {unit} for {x} {units}",
        "[gets|got] {y} {items} each {unit} for {x} {units}",
        "=Every {unit} {N} [finds|found] {y} {items}. This [goes|went] on for {x} {units}.",
        "=For {x} {units} {N} [makes|made] {y} {items} per {unit}.",
    )),
    Clause("share", "", "items", (("Each", "x", "/", "y"),), {"x": MANY, "y": FEW}, (
        "=A {container} of {x} {items} [is|was] shared equally among {y} {group}s. {N} [gets|got] one share.",
        "=Grandma [splits|split] {x} {items} equally among {y} {group}s. One of them [is|was] {N}.",
        "=There [are|were] {x} {items} for {y} {group}s, the same number for each. {N} [takes|took] {his} part.",
    )),
    Clause("money", "", "money", (), X, (
        "[has|had] {x} dollars", "[saves|saved] {x} dollars", "[has|had] ${x}",
        "[gets|got] {x} dollars for {his} birthday",
        "[starts|started] with ${x}",
    )),
    Clause("earn", "", "money", (("Pay", "x", "*", "y"),), XY, (
        "[earns|earned] {y} dollars an hour and [works|worked] {x} hours", "[works|worked] {x} hours for ${y} an hour",
        "[earns|earned] {y} dollars a {unit} for {x} {units}", "[sells|sold] {x} {items} for {y} dollars each",
    )),
    Clause("beings", "", "beings", (), X, (
        "=There [are|were] {x} {items} in the {place}.", "={X} {items} [are|were] in the {place}.",
        "=The {place} [has|had] {x} {items} in it.",
    )),
    Clause("groups", "", "beings", (("Total", "x", "*", "y"),), XY, (
        "=There [are|were] {x} groups of {y} {items} in the {place}.",
        "={X} groups [come|came] to the {place}, with {y} {items} in each group.",
    )),
    Clause("containers", "", "containers", (), {"x": (2, 30)}, (
        "[has|had] {x} {containers} of {items}", "[buys|bought] {x} {containers} of {items}",
        "=There [are|were] {x} {containers} of {items} in {N}'s shop.",
    )),
    Clause("book", "", "pages", (), {"x": (10, 900)}, (
        "=A book [has|had] {x} pages.", "[reads|read] a book with {x} pages",
        "=There [are|were] {x} pages in {N}'s book.",
    )),
    Clause("bill", "", "cost", (), X, (
        "=The bill for the {items} [is|was] {x} dollars.", "=A {price} [costs|cost] {x} dollars.",
        "[buys|bought] a {price} for ${x}",
    )),
    Clause("cost", "", "cost", (("Cost", "x", "*", "y"),), XY, (
        "[buys|bought] {x} {items} for {y} dollars each", "[buys|bought] {x} {items} at ${y} each",
        "=Each {item} [costs|cost] {y} dollars. {N} [buys|bought] {x} {items}.",
        "=One {item} [costs|cost] ${y}. {N} [takes|took] {x} of them.",
    )),
)  # fmt: skip

EVENTS = (
    Clause("gain", "items", "items", (("Total", "q", "+", "x"),), X, (
        "[buys|bought] {x} more", "[buys|bought] {x} more {items}", "[finds|found] {x} more {items}",
        "[gets|got] {x} more",
        "[gets|got] {x} {items} from {M}", "[wins|won] {x} more {items}",
        "=Then {M} [gives|gave] {him} {x} more {items}.",
        "=A friend [gives|gave] {him} another {x}.",
    )),
    Clause("lose", "items", "items", (("Left", "q", "-", "x"),), X, (
        "[gives|gave] {x} to {M}", "[gives|gave] away {x} {items}", "[gives|gave] {x} away",
        "[loses|lost] {x} of them",
        "[sells|sold] {x} {items}", "[uses|used] {x} of the {items}", "=Then {M} [takes|took] {x} of the {items}.",
        "=But {x} of the {items} [are|were] lost.",
    )),
    Clause("packs_gain", "items", "items", (("More", "x", "*", "y"), ("Total", "q", "+", "r")), XY, (
        "[buys|bought] {x} {containers} of {y}", "[buys|bought] {x} more {containers} of {y} {items}",
        "[gets|got] {x} {containers} with {y} {items} each", "[finds|found] {x} {containers} of {y} {items} each",
        "=Then {M} [brings|brought] {him} {x} {containers} with {y} {items} in each.",
    )),
    Clause("packs_lose", "items", "items", (("Gone", "x", "*", "y"), ("Left", "q", "-", "r")), XY, (
        "[sells|sold] {x} {containers} of {y} {items}", "[gives|gave] away {x} {containers} of {y}",
        "[fills|filled] {x} {containers} with {y} {items} each and [sells|sold] them",
    )),
    Clause("friends_lose", "items", "items", (("Gone", "x", "*", "y"), ("Left", "q", "-", "r")), XY, (
        "[gives|gave] {y} {items} to each of {x} {group}s", "[gives|gave] {x} {group}s {y} {items} each",
    )),
    Clause("daily_gain", "items", "items", (("More", "x", "*", "y"), ("Total", "q", "+", "r")), XY, (
        "[gets|got] {y} more {items} a {unit} for {x} {units}",
        "[collects|collected] {y} more each {unit} for {x} {units}",
        "=For the next {x} {units} {he} [finds|found] {y} {items} a {unit}.",
    )),
    Clause("daily_lose", "items", "items", (("Gone", "x", "*", "y"), ("Left", "q", "-", "r")), XY, (
        "[uses|used] {y} {items} a {unit} for {x} {units}", "[gives|gave] away {y} each {unit} for {x} {units}",
    )),
    Clause("double", "items", "items", (("Twice", "q", "*", "2"),), {}, (
        "=Then {he} [doubles|doubled] {his} number of {items}.", "=After a {unit} {he} [has|had] twice as many.",
    )),
    Clause("halve", "items", "items", (("Half", "q", "/", "2"),), {}, (
        "[gives|gave] half of them to {M}", "[loses|lost] half of them", "[sells|sold] half of the {items}",
    )),
    Clause("spend", "money", "money", (("Left", "q", "-", "x"),), X, (
        "[spends|spent] {x} dollars on a {price}", "[pays|paid] ${x} for a {price}", "[gives|gave] {x} dollars to {M}",
        "[buys|bought] a {price} for {x} dollars", "[spends|spent] ${x}",
    )),
    Clause("receive", "money", "money", (("Total", "q", "+", "x"),), X, (
        "[earns|earned] {x} dollars more", "[gets|got] {x} dollars from {M}", "[finds|found] ${x}",
        "=Then {M} [gives|gave] {him} {x} dollars.",
    )),
    Clause("buy", "money", "money", (("Cost", "x", "*", "y"), ("Left", "q", "-", "r")), XY, (
        "[buys|bought] {x} {items} for {y} dollars each", "[buys|bought] {x} {items} at ${y} each",
        "[pays|paid] for {x} {items} that [cost|cost] {y} dollars each",
    )),
    Clause("work", "money", "money", (("Pay", "x", "*", "y"), ("Total", "q", "+", "r")), XY, (
        "[works|worked] {x} hours for {y} dollars an hour", "[sells|sold] {x} {items} for ${y} each",
        "[washes|washed] {x} cars for {y} dollars each",
    )),
    Clause("arrive", "beings", "beings", (("Total", "q", "+", "x"),), X, (
        "=Then {x} more {items} [come|came].", "={X} more {items} [arrive|arrived].",
        "=After that {x} more [join|joined] them.",
    )),
    Clause("leave", "beings", "beings", (("Left", "q", "-", "x"),), X, (
        "=Then {x} of the {items} [leave|left].", "={X} {items} [go|went] away.",
        "=After that {x} of them [leave|left].",
    )),
    Clause("groups_arrive", "beings", "beings", (("More", "x", "*", "y"), ("Total", "q", "+", "r")), XY, (
        "=Then {x} groups of {y} {items} [come|came].", "={X} more groups of {y} [arrive|arrived].",
    )),
    Clause("groups_leave", "beings", "beings", (("Gone", "x", "*", "y"), ("Left", "q", "-", "r")), XY, (
        "=Then {x} groups of {y} {items} [leave|left].", "={X} groups of {y} [go|went] away.",
    )),
    Clause("containers_gain", "containers", "containers", (("Total", "q", "+", "x"),), {"x": (2, 30)}, (
        "[buys|bought] {x} more {containers}", "[gets|got] {x} more {containers} from {M}",
    )),
    Clause("containers_lose", "containers", "containers", (("Left", "q", "-", "x"),), {"x": (2, 30)}, (
        "[gives|gave] away {x} {containers}", "[sells|sold] {x} {containers}", "[gives|gave] {x} {containers} to {M}",
    )),
    Clause("read", "pages", "pages", (("Left", "q", "-", "x"),), X, (
        "=On the first day {N} [reads|read] {x} pages.", "=Then {N} [reads|read] {x} pages.",
    )),
    Clause("read_daily", "pages", "pages", (("Gone", "x", "*", "y"), ("Left", "q", "-", "r")), XY, (
        "={N} [reads|read] {y} pages a day for {x} days.", "=For {x} days {N} [reads|read] {y} pages each day.",
    )),
    Clause("fee", "cost", "cost", (("Total", "q", "+", "x"),), X, (
        "=Then {he} [pays|paid] {x} dollars more for a {price}.", "[pays|paid] {x} dollars for the bus",
        "=There [is|was] also a fee of {x} dollars.",
    )),
    Clause("coupon", "cost", "cost", (("Price", "q", "-", "x"),), {"x": (2, 30)}, (
        "=A coupon [takes|took] {x} dollars off.", "[gets|got] ${x} off the price",
    )),
)  # fmt: skip


def _other(counted: str) -> tuple[Clause, ...]:
    """The clauses that bring in a second person, who then is the one in question."""
    unit = "dollars" if counted == "money" else "{items}"
    return (
        Clause("times_other", counted, counted, (("{M}'s", "q", "*", "x"),), {"x": FEW}, (
            f"={{M}} [has|had] {{x}} times as many {unit} as {{N}}.", f"={{M}} [has|had] {{x}} times as many {unit}.",
        )),
        Clause("more_other", counted, counted, (("{M}'s", "q", "+", "x"),), X, (
            f"={{M}} [has|had] {{x}} more {unit} than {{N}}.", f"={{M}} [has|had] {{x}} {unit} more than {{N}}.",
        )),
        Clause("fewer_other", counted, counted, (("{M}'s", "q", "-", "x"),), X, (
            f"={{M}} [has|had] {{x}} fewer {unit} than {{N}}.", f"={{M}} [has|had] {{x}} {unit} less than {{N}}.",
        )),
        Clause("twice_other", counted, counted, (("{M}'s", "q", "*", "2"),), {}, (
            f"={{M}} [has|had] twice as many {unit} as {{N}}.", f"={{M}} [has|had] double the {unit} of {{N}}.",
        )),
        Clause("half_other", counted, counted, (("{M}'s", "q", "/", "2"),), {}, (
            f"={{M}} [has|had] half as many {unit} as {{N}}.",
        )),
    )  # fmt: skip


OTHERS = _other("items") + _other("money")

ENDS = (
    Clause("ask_have", "items", "", (), {}, questions=(
        "How many {items} {does} {who} have?", "How many {items} {does} {who} have now?",
        "How many {items} {does} {who} have in the end?", "How many {items} {does} {who} have in total?",
        "How many {items} {does} {who} have altogether?", "How many {items} {does} {who} have left?",
        "How many {items} are left?",
    )),
    Clause("ask_share", "items", "", (("Each", "q", "/", "x"),), {"x": FEW}, (
        "[shares|shared] the {items} equally among {x} {group}s", "[splits|split] them equally among {x} {group}s",
        "[divides|divided] them into {x} equal piles for {his} {group}s",
    ), ("How many {items} does each {group} get?", "How many {items} are there for each {group}?")),
    Clause("ask_pack", "items", "", (("Groups", "q", "/", "x"),), {"x": FEW}, (
        "[packs|packed] them into {containers} of {x}", "[puts|put] {x} {items} into each {container}",
    ), ("How many {containers} {does} {who} fill?", "How many {containers} {does} {who} need?")),
    Clause("ask_sell", "items", "", (("Money", "q", "*", "x"),), {"x": FEW}, (
        "[sells|sold] each {item} for {x} dollars", "[sells|sold] them all for ${x} each",
        "=Each {item} [is|was] worth {x} dollars.",
    ), ("How many dollars are they worth?", "How much money is that?", "What are they worth in dollars?")),
    Clause("ask_goal", "items", "", (("Missing", "x", "-", "q"),), {"x": (10, 1999)}, (
        "[wants|wanted] to have {x} {items}", "[needs|needed] {x} {items} in all",
    ), ("How many more {items} {does} {who} need?", "How many {items} are missing?")),
    Clause("ask_money", "money", "", (), {}, questions=(
        "How many dollars {does} {who} have?", "How much money {does} {who} have now?",
        "How much money {does} {who} have?",
        "How much money {does} {who} have left?", "How many dollars are left?", "How much does that make altogether?",
    )),
    Clause("ask_afford", "money", "", (("Count", "q", "/", "x"),), {"x": FEW}, (
        "=One {item} [costs|cost] {x} dollars.", "=The {items} [cost|cost] ${x} each.",
    ), ("How many {items} can {who} buy with all the money?", "How many {items} can {who} pay for?")),
    Clause("ask_price", "money", "", (("Missing", "x", "-", "q"),), {"x": (10, 1999)}, (
        "[wants|wanted] a {price} that [costs|cost] {x} dollars", "=A {price} [costs|cost] {x} dollars.",
    ), ("How many more dollars {does} {who} need for the {price}?", "How much money is missing for the {price}?")),
    Clause("ask_beings", "beings", "", (), {}, questions=(
        "How many {items} are in the {place} now?", "How many {items} are there now?", "How many {items} are there?",
        "How many {items} are left?", "How many {items} are there in total?",
    )),
    Clause("ask_teams", "beings", "", (("Groups", "q", "/", "x"),), {"x": FEW}, (
        "=They [form|formed] teams of {x}.", "=They [stand|stood] in groups of {x}.",
    ), ("How many groups are there?", "How many groups do they make?")),
    Clause("ask_needs", "beings", "", (("Total", "q", "*", "x"),), {"x": FEW}, (
        "=Each of them [needs|needed] {x} seeds.", "=Every one of the {items} [gets|got] {x} tags.",
    ), ("How many are needed in all?", "How many is that in all?")),
    Clause("ask_contents", "containers", "", (("Total", "q", "*", "x"),), {"x": FEW}, (
        "=Each {container} [holds|held] {x} {items}.", "=There [are|were] {x} {items} in each {container}.",
    ), ("How many {items} {does} {who} have?", "How many {items} are there in all?")),
    Clause("ask_containers", "containers", "", (), {}, questions=(
        "How many {containers} {does} {who} have?", "How many {containers} of {items} are there now?",
    )),
    Clause("ask_pages", "pages", "", (), {}, questions=(
        "How many pages are left?", "How many pages {does} {who} still have to read?",
    )),
    Clause("ask_days", "pages", "", (("Time", "q", "/", "x"),), {"x": FEW}, (
        "=Now {N} [reads|read] {x} pages a day.", "=The rest [is|was] read at {x} pages each day.",
    ), ("How many days does the rest take?", "In how many days is the book finished?")),
    Clause("ask_cost", "cost", "", (), {}, questions=(
        "How much {does} {who} pay?", "How many dollars {does} {who} pay in all?", "What is the total cost?",
    )),
    Clause("ask_change", "cost", "", (("Change", "x", "-", "q"),), {"x": (10, 1999)}, (
        "[pays|paid] with {x} dollars", "[gives|gave] the seller ${x}",
    ), ("How many dollars of change {does} {who} get?", "How much change is there?")),
    Clause("ask_split", "cost", "", (("Each", "q", "/", "x"),), {"x": FEW}, (
        "=The cost [is|was] split equally among {x} {group}s.", "={X} {group}s [share|shared] the cost equally.",
    ), ("How much does each {group} pay?", "How many dollars does each {group} pay?")),
)  # fmt: skip

PAIR_ENDS = tuple(
    Clause(kind, counted, "", ((label, "q", operator, "p"),), {}, questions=questions)
    for counted, unit in (("items", "{items}"), ("money", "dollars"))
    for kind, label, operator, questions in (
        ("ask_together", "Total", "+", (
            f"How many {unit} do they have together?", f"How many {unit} do {{N}} and {{M}} have together?",
            f"How many {unit} do {{N}} and {{M}} have in total?",
        )),
        ("ask_more", "Difference", "-", (f"How many more {unit} does {{M}} have than {{N}}?",)),
    )
)  # fmt: skip
