"""Money: what things cost, what somebody earns, has and spends, with discounts, taxes, profits."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from data_chef.stories.cast import Item, Owner
from data_chef.stories.counts import TIMES, Holding, count
from data_chef.stories.story import Quantity, Retry, Story, written
from data_chef.stories.telling import Clause
from data_chef.stories.themes import Verb


BUY = Verb("buy", "buys", "bought", takes_containers=True)
SELL = Verb("sell", "sells", "sold", takes_containers=True)


def usd(s: Story, value) -> str:
    """`$12`, `12 dollars`, `$2.50`, `75 cents`."""
    if isinstance(value, Fraction) and value.denominator > 1:
        if value < 1 and s.chance(0.3):
            return f"{written(value * 100)} cents"
        return f"${float(value):.2f}"
    return s.choose(f"${value}", f"${value}", f"${value}", f"{s.n(value)} dollar{'s' if value != 1 else ''}")


def price(s: Story, item: Item):
    """A sensible price: whole dollars, sometimes with cents."""
    low, high = s.cast.price(item)
    if high <= 12 and s.largest > 60 and s.chance(0.2):
        return Fraction(s.rng.randint(1, max(2, high * 4)), 4) or 1
    return s.number(max(1, low), max(2, high))


# What something costs


def cost(s: Story, who: Owner, steps: int) -> Quantity:
    """What somebody pays, in `steps` steps, at least one."""
    for _ in range(20):
        least, schema = s.rng.choice(COSTS)
        if least <= steps:
            s.frames.append(schema.__name__)
            return schema(s, who, steps)
    raise Retry


def items_at(s: Story, who: Owner, steps: int, verb: Verb = BUY, label: str = "") -> Quantity:
    """A number of things times their price."""
    item = s.cast.goods()
    n = count(s, Holding(who, item, verb), steps - 1)
    each = price(s, item)
    total = s.mul(label or f"cost of the {item.many}", n, each)
    s.fact(total, "*", n, each)
    does, p = f"[{verb.third}|{verb.past}]", usd(s, each)
    things = item.count(s.n(n.value))
    if steps == 1 and s.chance(0.75):
        return replace(
            total,
            clauses=(
                s.choose(
                    Clause(f"{does} {things} for {p} each", who),
                    Clause(f"{does} {things} at {p} each", who),
                    Clause(
                        f"{does} {things} that [cost|cost] {p} each"
                        if verb == BUY
                        else f"{does} {things} for {p} apiece",
                        who,
                    ),
                    Clause(f"{does} {things} at a price of {p} each", who),
                    Clause(f"{does} {things}, each for {p}", who),
                ),
            ),
        )
    clause = (
        s.choose(
            Clause(f"each {item.one} [costs|cost] {p}"),
            Clause(f"one {item.one} [costs|cost] {p}"),
            Clause(f"the price of one {item.one} [is|was] {p}"),
            Clause(f"a single {item.one} [costs|cost] {p}"),
            Clause(f"the {item.many} [are|were] {p} each"),
            Clause(f"{item.many} [cost|cost] {p} each"),
        )
        if verb == BUY
        else s.choose(
            Clause(f"{who.name} [gets|got] {p} for each {item.one}"),
            Clause(f"each {item.one} [sells|sold] for {p}"),
            Clause(f"the price of each {item.one} [is|was] {p}"),
            Clause(f"{does} each {item.one} for {p}", who),
        )
    )
    if verb == BUY and s.chance(0.25) and len(n.clauses) == 1:
        return replace(total, clauses=(clause, *n.clauses))
    return total.told(clause)


def packs_at(s: Story, who: Owner, steps: int) -> Quantity:
    """The price of a whole pack, and how many packs."""
    item = s.cast.goods()
    if not s.cast.portable(item):
        raise Retry
    holder = s.cast.container(item)
    n = count(s, Holding(who, holder, BUY), steps - 1)
    each = s.number(2, 40)
    total = s.mul(f"cost of the {holder.many}", n, each)
    s.fact(total, "*", n, each)
    return total.told(Clause(f"{s.cast.article(holder.one)} {holder.one} of {item.many} [costs|cost] {usd(s, each)}"))


def bill(s: Story, who: Owner, steps: int) -> Quantity:
    """The sum of several purchases."""
    k = 2 if steps < 3 or s.chance(0.6) else 3
    spare = steps - 1
    shares = s.split(spare, k)
    pieces, clauses = [], []
    for n in shares:
        piece = items_at(s, who, n) if n else single(s, who)
        pieces.append(piece)
        clauses += piece.clauses
    total = s.add("total cost", *pieces)
    s.fact(total, "+", *pieces)
    return replace(total, clauses=tuple(clauses))


def single(s: Story, who: Owner) -> Quantity:
    """One thing with its price."""
    item = s.cast.goods()
    low, high = s.cast.price(item)
    value = s.number(max(2, low), max(3, high))
    p, a = usd(s, value), s.cast.article(item.one)
    return s.given(
        value,
        s.choose(
            Clause(f"[buys|bought] {a} {item.one} for {p}", who),
            Clause(f"[pays|paid] {p} for {a} {item.one}", who),
            Clause(f"[spends|spent] {p} on {a} {item.one}", who),
            Clause(f"[buys|bought] {a} {item.one} that [costs|cost] {p}", who),
        ),
        label=f"price of the {item.one}",
    )


def compared_price(s: Story, who: Owner, steps: int) -> Quantity:
    """One price is told by another, and both are paid."""
    if steps < 2:
        raise Retry
    one, two = s.cast.goods(), s.cast.goods()
    low, high = s.cast.price(one)
    first = s.given(s.number(max(4, low), max(8, high)))
    a1, a2 = s.cast.article(one.one), s.cast.article(two.one)
    kind = s.choose("times", "more", "less", "half")
    label = f"price of the {two.one}"
    if kind == "times":
        by = s.choose(2, 3, 4, 5)
        second = s.mul(label, first, by)
        s.fact(second, "*", first, by)
        how = f"{TIMES[by]} as much as"
    elif kind == "half":
        second = s.div(label, first, 2)
        s.fact(first, "*", second, 2)
        how = "half as much as"
    else:
        by = s.number(2, 20)
        second = s.add(label, first, by) if kind == "more" else s.sub(label, first, by)
        if kind == "more":
            s.fact(second, "+", first, by)
        else:
            s.fact(first, "+", second, by)
        how = f"{usd(s, by)} {kind} than"
    clauses = [
        Clause(f"{a1} {one.one} [costs|cost] {usd(s, first.value)}"),
        Clause(f"{a2} {two.one} [costs|cost] {how} {a1} {one.one}"),
    ]
    spare = steps - 2
    if spare == 0:
        total = s.add("total cost", first, second)
        s.fact(total, "+", first, second)
        clauses.append(Clause("[buys|bought] one of each" if s.chance(0.5) else "[buys|bought] both of them", who))
        return replace(total, clauses=tuple(clauses))
    if spare == 1:
        n = s.number(2, 12)
        total = s.mul(f"cost of the {two.many}", second, n)
        s.fact(total, "*", second, n)
        clauses.append(Clause(f"[buys|bought] {two.count(s.n(n))}", who))
        total = replace(total, clauses=tuple(clauses))
        return total
    m, n = s.number(2, 9), s.number(2, 9)
    left = s.mul(f"cost of the {one.many}", first, m)
    s.fact(left, "*", first, m)
    right = s.mul(f"cost of the {two.many}", second, n)
    s.fact(right, "*", second, n)
    total = s.add("total cost", left, right)
    s.fact(total, "+", left, right)
    if spare != 3:
        raise Retry
    clauses.append(Clause(f"[buys|bought] {one.count(s.n(m))} and {two.count(s.n(n))}", who))
    return replace(total, clauses=tuple(clauses))


# What is paid before a discount is a price only: nobody "spends $5" on what is 20% off.
_PAID = re.compile(r"^(?:\[spends\|spent\] (.+) on|\[pays\|paid\] (.+) for) (an? .+)$")


def _priced(before: Quantity) -> Quantity:
    """The same with prices instead of what is paid."""
    return replace(
        before,
        clauses=tuple(
            replace(
                clause, text=_PAID.sub(lambda m: f"[buys|bought] {m[3]} that [costs|cost] {m[1] or m[2]}", clause.text)
            )
            for clause in before.clauses
        ),
    )


def _off(s: Story, before: Quantity, rate: int, label: str, up: bool) -> Quantity:
    change = s.percent(label, before, rate)
    after = s.add("new total", before, change) if up else s.sub("price after that", before, change)
    s.fact(after, "*", before, f"{100 + rate if up else 100 - rate}/100")
    return after


def discount(s: Story, who: Owner, steps: int) -> Quantity:
    """So many percent off, or a tax or a tip on top."""
    if steps < 2:
        raise Retry
    known = len(s.frames)
    before = _priced(cost(s, who, steps - 2) if steps > 2 else single(s, who))
    if {"discount", "coupon"} & set(s.frames[known:]):
        # Two of them could be meant of the same price.
        raise Retry
    kind = s.choose("off", "off", "tax", "tip")
    rate = s.rate(before, 5, 10, 15, 20, 25, *((30, 35, 40, 50, 60) if kind == "off" else ()))
    after = _off(s, before, rate, {"off": "discount", "tax": "tax", "tip": "tip"}[kind], kind != "off")
    return after.told(
        {
            "off": s.choose(
                Clause(f"[gets|got] a {rate}% discount", who, fixed=True),
                Clause(f"the shop [gives|gave] a discount of {rate}%"),
                Clause(f"everything [is|was] {rate}% off"),
                Clause(f"[has|had] a coupon for {rate}% off", who),
            ),
            "tax": s.choose(
                Clause(f"there [is|was] a {rate}% tax on everything"), Clause(f"a tax of {rate}% [is|was] added")
            ),
            "tip": s.choose(
                Clause(f"[gives|gave] a {rate}% tip", who, fixed=True),
                Clause(f"[adds|added] a tip of {rate}%", who, fixed=True),
            ),
        }[kind]
    )


def coupon(s: Story, who: Owner, steps: int) -> Quantity:
    before = _priced(cost(s, who, steps - 1))
    x = s.number(2, 25)
    if s.chance(0.5):
        after = s.sub("price after that", before, x)
        s.fact(before, "+", after, x)
        return after.told(
            s.choose(
                Clause(f"[has|had] a coupon for {usd(s, x)} off", who),
                Clause(f"[gets|got] {usd(s, x)} off", who, fixed=True),
            )
        )
    after = s.add("total cost", before, x)
    s.fact(after, "+", before, x)
    return after.told(
        s.choose(
            Clause(f"the delivery [costs|cost] {usd(s, x)}"),
            Clause(f"[pays|paid] {usd(s, x)} for delivery", who),
            Clause(f"there [is|was] also a fee of {usd(s, x)}"),
        )
    )


def per_dozen(s: Story, who: Owner, steps: int) -> Quantity:
    """So much for a few; more of the same kind at that rate."""
    if steps != 2:
        raise Retry
    item = s.cast.goods()
    few, unit = s.choose(2, 3, 4, 5, 6, 10), s.number(1, 12)
    n = few * s.choose(2, 3, 4, 5) if s.chance(0.6) else s.number(2, 20)
    if n == few:
        raise Retry
    paid = few * unit
    each = s.div(f"price of one {item.one}", paid, few)
    s.fact(paid, "*", each, few)
    total = s.mul(f"cost of {n} {item.many}", each, n)
    s.fact(total, "*", each, n)
    return replace(
        total,
        clauses=(
            s.choose(
                Clause(f"{s.n(few)} {item.many} [cost|cost] {usd(s, paid)}"),
                Clause(f"a pack of {s.n(few)} {item.many} [costs|cost] {usd(s, paid)}"),
                Clause(f"{item.many} [are|were] sold at {s.n(few)} for {usd(s, paid)}"),
            ),
            s.choose(
                Clause(f"[buys|bought] {item.count(s.n(n))}", who), Clause(f"[needs|needed] {item.count(s.n(n))}", who)
            ),
        ),
    )


COSTS: list[tuple[int, Callable[[Story, Owner, int], Quantity]]] = [
    (1, items_at),
    (1, items_at),
    (2, items_at),
    (3, items_at),
    (3, items_at),
    (1, packs_at),
    (1, bill),
    (1, bill),
    (1, bill),
    (2, compared_price),
    (3, compared_price),
    (2, discount),
    (2, discount),
    (3, discount),
    (3, discount),
    (2, coupon),
    (2, per_dozen),
]


# What somebody has or earns


def money(s: Story, who: Owner, steps: int) -> Quantity:
    """What somebody has, in dollars."""
    if steps == 0:
        value = s.number(10, 400)
        p = usd(s, value)
        return s.given(
            value,
            s.choose(
                Clause(f"[has|had] {p}", who),
                Clause(f"[starts|started] with {p}", who),
                Clause(f"[has|had] {p} in {who.his} wallet", who),
                Clause(f"[saves|saved] {p}", who),
                Clause(f"[has|had] {p} to spend", who),
                Clause(f"[brings|brought] {p} to the store", who),
                Clause(f"[gets|got] {p} for {who.his} birthday", who),
            ),
            label=f"{who.s} money",
        )
    for _ in range(20):
        least, schema = s.rng.choice(MONEYS)
        if least <= steps:
            s.frames.append(schema.__name__)
            return schema(s, who, steps)
    raise Retry


def wage(s: Story, who: Owner, steps: int) -> Quantity:
    """Hours times pay; in more steps hours a day times days, or overtime."""
    rate, job = s.number(5, 30), s.cast.job()
    p = usd(s, rate)
    pay = s.choose(
        Clause(f"[earns|earned] {p} an hour {job}", who),
        Clause(f"[makes|made] {p} per hour {job}", who),
        Clause(f"[is|was] paid {p} for each hour", who),
        Clause(f"[gets|got] {p} an hour {job}", who),
    )
    if steps == 1:
        hours = s.number(2, 12)
        total = s.mul(f"{who.s} pay", hours, rate)
        s.fact(total, "*", hours, rate)
        return replace(total, clauses=(pay, Clause(f"[works|worked] {s.n(hours)} hours", who)))
    if steps == 2:
        daily, days = s.number(2, 9), s.number(2, 7)
        hours_ = s.mul("hours", daily, days)
        s.fact(hours_, "*", daily, days)
        total = s.mul(f"{who.s} pay", hours_, rate)
        s.fact(total, "*", hours_, rate)
        return replace(
            total,
            clauses=(
                pay,
                s.choose(
                    Clause(f"[works|worked] {s.n(daily)} hours a day for {s.n(days)} days", who),
                    Clause(f"[works|worked] {s.n(daily)} hours each day and {s.n(days)} days a week", who),
                ),
            ),
        )
    if steps != 3:
        raise Retry
    hours, extra, more_ = s.number(5, 40), s.number(2, 10), rate + s.number(2, 10)
    base = s.mul("usual pay", hours, rate)
    s.fact(base, "*", hours, rate)
    over = s.mul("overtime pay", extra, more_)
    s.fact(over, "*", extra, more_)
    total = s.add(f"{who.s} pay", base, over)
    s.fact(total, "+", base, over)
    return replace(
        total,
        clauses=(
            pay,
            Clause(f"for overtime {who.he} [gets|got] {usd(s, more_)} an hour", fixed=True),
            Clause(f"[works|worked] {s.n(hours)} usual hours and {s.n(extra)} hours of overtime", who),
        ),
    )


def weekly(s: Story, who: Owner, steps: int) -> Quantity:
    """Savings or an allowance over weeks, months or years."""
    each = s.number(3, 60)
    if steps == 1:
        unit, n = s.choose("day", "week", "week", "month"), s.number(3, 20)
        total = s.mul("savings", each, n)
        s.fact(total, "*", each, n)
        return replace(
            total,
            clauses=(
                s.choose(
                    Clause(
                        f"[saves|saved] {usd(s, each)} {s.choose('a', 'each', 'every', 'per')} {unit} for {s.n(n)} {unit}s",
                        who,
                    ),
                    Clause(
                        f"[gets|got] an allowance of {usd(s, each)} a {unit} and [saves|saved] all of it for {s.n(n)} {unit}s",
                        who,
                    ),
                    Clause(f"[puts|put] {usd(s, each)} into a savings box every {unit} for {s.n(n)} {unit}s", who),
                ),
            ),
        )
    if steps != 2:
        raise Retry
    unit, larger, factor = s.choose(("month", "year", 12), ("day", "week", 7), ("week", "year", 52))
    n = s.number(2, 5)
    length = s.mul(f"{unit}s", n, factor)
    s.fact(length, "*", n, f"c{factor}")
    total = s.mul("savings", each, length)
    s.fact(total, "*", each, length)
    return replace(total, clauses=(Clause(f"[saves|saved] {usd(s, each)} every {unit} for {s.n(n)} {larger}s", who),))


def sales(s: Story, who: Owner, steps: int) -> Quantity:
    return items_at(s, who, steps, SELL, "money from the sale")


def spent(s: Story, who: Owner, steps: int) -> Quantity:
    """What is left after spending."""
    if steps < 1:
        raise Retry
    a, b = s.split(steps - 1, 2)
    first = money(s, who, a)
    paid = cost(s, who, b) if b else single(s, who)
    left = s.sub(f"{who.s} money left", first, paid)
    s.fact(first, "+", left, paid)
    return replace(left, clauses=(*first.clauses, *paid.clauses))


def received(s: Story, who: Owner, steps: int) -> Quantity:
    first = money(s, who, steps - 1)
    x = s.number(5, 100)
    now = s.add(f"{who.s} money", first, x)
    s.fact(now, "+", first, x)
    giver = s.cast.relative(who)
    return now.told(
        s.choose(
            Clause(f"{giver} [gives|gave] {who.him} {usd(s, x)}", event=True),
            Clause(f"[finds|found] {usd(s, x)}", who, event=True),
            Clause(f"[earns|earned] another {usd(s, x)}", who, event=True),
        )
    )


def share_of_money(s: Story, who: Owner, steps: int) -> Quantity:
    """A part of the money is spent or saved."""
    kind = s.choose("half", "percent")
    if kind == "half":
        first = money(s, who, steps - 1)
        left = s.div(f"{who.s} money left", first, 2, whole=False)
        s.fact(first, "*", left, 2)
        it = "the rest" if first.label.endswith("left") else "it"
        return left.told(Clause(f"[spends|spent] half of {it} on {s.cast.goods().many}", who, event=True, fixed=True))
    if steps < 2:
        raise Retry
    first = money(s, who, steps - 2)
    rate = s.rate(first, 10, 20, 25, 30, 40, 60, 75, 80)
    gone = s.percent("spent", first, rate)
    it = "the rest" if first.label.endswith("left") else s.choose("it", f"{who.his} money")
    left = s.sub(f"{who.s} money left", first, gone)
    s.fact(left, "*", first, f"{100 - rate}/100")
    return left.told(
        Clause(
            f"[spends|spent] {rate}% of {it} on {s.cast.goods().many}",
            who,
            event=True,
            fixed=True,
        )
    )


def compared_money(s: Story, who: Owner, steps: int) -> Quantity:
    other = s.cast.other_owner(who)
    theirs = money(s, other, steps - 1)
    kind = s.choose("times", "more", "less", "half")
    label = f"{who.s} money"
    if kind == "times":
        by = s.choose(2, 2, 3, 4)
        mine = s.mul(label, theirs, by)
        s.fact(mine, "*", theirs, by)
        how = f"{TIMES[by]} as much money as {other.name}"
    elif kind == "half":
        mine = s.div(label, theirs, 2, whole=False)
        s.fact(theirs, "*", mine, 2)
        how = f"half as much money as {other.name}"
    else:
        x = s.number(2, 60)
        mine = s.add(label, theirs, x) if kind == "more" else s.sub(label, theirs, x)
        if kind == "more":
            s.fact(mine, "+", theirs, x)
        else:
            s.fact(theirs, "+", mine, x)
        how = f"{usd(s, x)} {kind} than {other.name}"
    return mine.told(Clause(f"[has|had] {how}", who))


def profit(s: Story, who: Owner, steps: int) -> Quantity:
    """Revenue less costs."""
    if steps < 2:
        raise Retry
    a, b = s.split(steps - 2, 2)
    revenue = sales(s, who, a + 1)
    if b:
        raise Retry
    x = s.number(2, 80)
    left = s.sub("profit", revenue, x)
    s.fact(revenue, "+", left, x)
    return left.told(
        s.choose(
            Clause(f"[spends|spent] {usd(s, x)} on materials", who),
            Clause(f"[pays|paid] {usd(s, x)} for the stand", who),
            Clause(f"the costs [are|were] {usd(s, x)}"),
        )
    )


MONEYS: list[tuple[int, Callable[[Story, Owner, int], Quantity]]] = [
    (1, wage),
    (2, wage),
    (3, wage),
    (1, weekly),
    (2, weekly),
    (1, sales),
    (2, sales),
    (1, spent),
    (1, spent),
    (2, spent),
    (1, received),
    (1, received),
    (1, compared_money),
    (1, share_of_money),
    (1, share_of_money),
    (2, share_of_money),
    (2, profit),
]
