"""What a story may ask about things and money, and the schemas that only a question needs."""

from data_chef.stories.counts import HAVE, Holding, asks, count
from data_chef.stories.money import SELL, cost, money, single, usd
from data_chef.stories.story import Quantity, Retry, Story
from data_chef.stories.telling import Clause


Asked = tuple[Quantity, str]


def holding(s: Story) -> Holding:
    """Whom and what a story is about."""
    item = s.cast.item()
    if "fraction_of" in s.must or s.chance(0.22):
        item = s.cast.coloured(item)
    if not item.theme.owned or s.chance(0.25):
        return Holding(s.cast.place(item), item)
    owner = s.cast.person()
    return Holding(owner, item, s.cast.action(item) if s.chance(0.4) else HAVE)


def how_many(s: Story, steps: int) -> Asked:
    h = holding(s)
    found = count(s, h, steps)
    manner = s.manner
    if not manner and any(c.event for c in found.clauses[-1:]):
        manner = s.choose("now", "now", "in the end", "" if not found.label.endswith("left") else "left")
        if found.label.endswith("left"):
            manner = s.choose("left", "left", "now")
    if not manner and s.summed == found.name and s.chance(0.7):
        manner = s.choose("in total", "altogether", "in all")
    if manner == "left" and s.chance(0.3):
        return found, s.choose(
            f"how many {h.item.many} [are|were] left?", f"how many of the {h.item.many} [are|were] left?"
        )
    return found, asks(s, h, manner)


def in_total(s: Story, steps: int) -> Asked:
    """Two or three owners, or two sorts of things, together."""
    h = holding(s)
    k = 2 if steps < 4 or s.chance(0.7) else 3
    owners = [h.owner]
    while len(owners) < k:
        owners.append(s.cast.new_owner(h.owner))
    left = s.split(steps - 1, k)
    left.sort()
    pieces = [count(s, Holding(owner, h.item, h.verb), n) for owner, n in zip(owners, left, strict=True)]
    total = s.add(f"{h.item.many} in total", *pieces)
    s.fact(total, "+", *pieces)
    many, end = h.item.many, s.choose("in total", "altogether", "together", "in all", "combined")
    if not h.owner.person:
        return total, s.choose(
            f"how many {many} [are|were] there {end}?",
            f"what [is|was] the total number of {many}?",
            f"find the total number of {many}.",
        )
    names = [o.name for o in owners]
    they = (
        s.choose("they", f"{', '.join(names[:-1])} and {names[-1]}")
        if k < 3 or s.chance(0.5)
        else f"all {s.n(3)} of them"
    )
    do = "did" if s.past else "do"
    return total, s.choose(
        f"how many {many} {do} {they} {h.verb.base} {end}?",
        f"how many {many} {do} {they} {h.verb.base} {end}?",
        f"what is the total number of {many} that {they} [{h.verb.base}|{h.verb.past}]?",
        f"calculate the total number of {many} that they [{h.verb.base}|{h.verb.past}].",
    )


def difference(s: Story, steps: int) -> Asked:
    """How many more one has than the other."""
    h = holding(s)
    other = Holding(s.cast.new_owner(h.owner), h.item, h.verb)
    left = s.split(steps - 1, 2)
    a, b = count(s, h, left[0]), count(s, other, left[1])
    big, small, x, y = (a, b, h, other) if a.value > b.value else (b, a, other, h)
    gap = s.sub("difference", big, small)
    s.fact(big, "+", small, gap)
    gap.clauses = (*a.clauses, *b.clauses)
    many = h.item.many
    if not h.owner.person:
        return (
            gap,
            f"how many more {many} [are|were] there {x.owner.preposition} {x.owner.name} than {y.owner.preposition} {y.owner.name}?",
        )
    do = "did" if s.past else "does"
    more, first, second = s.choose(("more", x, y), ("more", x, y), ("fewer", y, x))
    return gap, s.choose(
        f"how many {more} {many} {do} {first.owner.name} {h.verb.base} than {second.owner.name}?",
        f"how many {more} {many} {do} {first.owner.name} {h.verb.base} than {second.owner.name}?",
        f"what is the difference between the numbers of {many} that {x.owner.name} and {y.owner.name} [{h.verb.base}|{h.verb.past}]?",
        f"find how many {more} {many} {first.owner.name} {h.does} than {second.owner.name}.",
    )


def each(s: Story, steps: int) -> Asked:
    """Shared out, packed, or needed for a number of people."""
    h = Holding(s.cast.person(), s.cast.thing())
    whole = count(s, h, steps - 1)
    by = s.divisor(whole.value)
    many, who = h.item.many, h.owner
    found = s.div(f"{many} each", whole, by)
    s.fact(whole, "*", found, by)
    if s.chance(0.5):
        friends = s.cast.group()
        do = "did" if s.past else "does"
        return found.told(
            s.choose(
                Clause(
                    f"[shares|shared] {s.choose('them', f'the {many}', f'all the {many}')} equally among {s.n(by)} {friends.many}",
                    who,
                    event=True,
                ),
                Clause(
                    f"[divides|divided] {s.choose('them', f'the {many}')} equally among {who.his} {s.n(by)} {friends.many}",
                    who,
                    event=True,
                ),
                Clause(
                    f"[gives|gave] the same number of {many} to each of {s.n(by)} {friends.many} until none [are|were] left",
                    who,
                    event=True,
                ),
            )
        ), s.choose(
            f"how many {many} {do} each {friends.one} get?",
            f"how many {many} {'did' if s.past else 'will'} each {friends.one} receive?",
            f"find the number of {many} for each {friends.one}.",
        )
    holder = s.cast.container(h.item)
    if s.chance(0.5):
        found.label = f"{many} in each {holder.one}"
        return found.told(
            Clause(
                f"[puts|put] {s.choose('them', f'the {many}', f'all the {many}')} into {s.n(by)} {holder.many}, the same number in each",
                who,
                event=True,
            )
        ), f"how many {many} [are|were] in each {holder.one}?"
    do = "did" if s.past else "does"
    steps_label = found.label
    s.steps[-1] = s.steps[-1].replace(
        f"{steps_label[0].upper()}{steps_label[1:]}", f"{holder.many[0].upper()}{holder.many[1:]}", 1
    )
    return found.told(
        s.choose(
            Clause(
                f"[packs|packed] {s.choose('them', f'the {many}')} into {holder.many} of {s.n(by)}", who, event=True
            ),
            Clause(f"[puts|put] {s.n(by)} {many} into each {holder.one}", who, event=True),
            Clause(f"one {holder.one} [holds|held] {s.n(by)} {many}"),
        )
    ), s.choose(
        f"how many {holder.many} {do} {s.he(who)} {'fill' if s.chance(0.5) else 'need'}?",
        f"how many {holder.many} {'were' if s.past else 'are'} needed?",
    )


def goal(s: Story, steps: int) -> Asked:
    """How many more are needed."""
    h = Holding(s.cast.person(), s.cast.thing(), HAVE)
    a = count(s, h, steps - 1)
    if not isinstance(a.value, int):
        raise Retry
    want = a.value + s.number(2, 80)
    gap = s.sub(f"{h.item.many} still needed", want, a)
    s.fact(want, "+", a, gap)
    who, many = h.owner, h.item.many
    clause = s.choose(
        Clause(f"[wants|wanted] to have {s.n(want)} {many}", who),
        Clause(
            f"[needs|needed] {s.n(want)} {many} {s.choose('in all', 'altogether', 'for a party', 'for a school project')}",
            who,
        ),
        Clause(f"[would like|wanted] to have {s.n(want)} {many}", who),
        Clause(f"{who.his} goal [is|was] {s.n(want)} {many}".replace(who.his, who.s, 1)),
    )
    clauses = (clause, *a.clauses) if s.chance(0.3) else (*a.clauses, clause)
    do = "did" if s.past else "does"
    gap.clauses = clauses
    return gap, s.choose(
        f"how many more {many} {do} {s.he(who)} need?",
        f"how many more {many} {do} {who.name} need to reach {who.his} goal?",
        f"how many {many} [are|were] still missing?",
        f"find how many more {many} {who.name} [needs|needed].",
    )


def how_much(s: Story, steps: int) -> Asked:
    who = s.cast.person()
    found = money(s, who, steps)
    do = "did" if s.past else "does"
    left = found.label.endswith("left")
    if left:
        return found, s.choose(
            f"how much money {do} {s.choose(who.name, s.he(who))} have left?",
            "how much money [is|was] left?",
            f"how many dollars {do} {s.choose(who.name, s.he(who))} have left?",
            "how much money remained?" if s.past else "how much money remains?",
        )
    if "profit" in found.label:
        return found, s.choose(
            f"how much profit {do} {s.choose(who.name, s.he(who))} make?",
            f"what [is|was] {who.his} profit?",
            f"calculate {who.s} profit.",
            f"what profit {do} {s.he(who)} make in dollars?",
        )
    if "pay" in found.label or "sale" in found.label:
        verb = "earn" if "pay" in found.label else s.choose("earn", "make")
        return found, s.choose(
            f"how much money {do} {s.choose(who.name, s.he(who))} {verb}?",
            f"how many dollars {do} {s.choose(who.name, s.he(who))} {verb}?",
            f"how much {do} {s.he(who)} {verb} in total?",
            f"calculate how much money {who.name} [{verb}s|{'earned' if verb == 'earn' else 'made'}].",
        )
    if "saving" in found.label:
        return found, s.choose(
            f"how much money {do} {s.choose(who.name, s.he(who))} save?",
            f"how much money {do} {s.he(who)} have then?",
            f"how much are {who.his} savings?" if not s.past else f"how much were {who.his} savings?",
        )
    return found, s.choose(
        f"how much money {do} {s.choose(who.name, s.he(who))} have?",
        f"how much money {do} {s.he(who)} have now?",
        f"how many dollars {do} {s.choose(who.name, s.he(who))} have{s.choose('', ' now', ' in total')}?",
        f"what is {who.s} total amount of money?" if not s.past else f"how much money did {who.name} have in the end?",
    )


def how_costly(s: Story, steps: int) -> Asked:
    who = s.cast.person()
    found = cost(s, who, steps)
    do, will = ("did" if s.past else "does"), ("did" if s.past else s.choose("does", "will", "must"))
    return found, s.choose(
        f"how much {do} {s.choose(who.name, s.he(who))} pay{s.choose('', ' in total', ' altogether', ' in all')}?",
        f"how much money {do} {s.choose(who.name, s.he(who))} spend{s.choose('', ' in total', ' altogether')}?",
        f"how much {will} {s.choose(who.name, s.he(who))} pay?",
        "what [is|was] the total cost?",
        "what [is|was] the total price in dollars?",
        f"calculate the total amount that {who.name} [pays|paid].",
        f"how many dollars {do} {s.he(who)} spend{s.choose('', ' in total')}?",
        "find the total cost.",
    )


def change(s: Story, steps: int) -> Asked:
    """Paid with a bill; the change."""
    who = s.cast.person()
    paid = cost(s, who, steps - 1)
    notes = [n for n in (5, 10, 20, 50, 100, 200, 500) if n > paid.value]
    if not notes:
        raise Retry
    note = notes[0] if s.chance(0.7) else s.rng.choice(notes[:2])
    back = s.sub("change", note, paid)
    s.fact(note, "+", paid, back)
    do = "did" if s.past else "does"
    told = usd(s, note)
    return back.told(
        s.choose(
            Clause(f"[pays|paid] with a ${note} bill" if note <= 100 else f"[hands|handed] over {told}", who),
            Clause(f"[gives|gave] the cashier {told}", who),
            Clause(f"[pays|paid] with {told}", who),
        )
    ), s.choose(
        f"how much change {do} {s.choose(who.name, s.he(who))} get?",
        f"how much change {do} {s.choose(who.name, s.he(who))} receive?",
        f"how much money {do} {s.he(who)} get back?",
        f"what [is|was] {who.his} change?",
    )


def still_to_save(s: Story, steps: int) -> Asked:
    """How much is missing for something wanted."""
    who, item = s.cast.person(), s.cast.goods()
    a = money(s, who, steps - 1)
    if not isinstance(a.value, int):
        raise Retry
    p = a.value + s.number(2, 100)
    gap = s.sub("money still needed", p, a)
    s.fact(p, "+", a, gap)
    an, do = s.cast.article(item.one), "did" if s.past else "does"
    clause = s.choose(
        Clause(f"[wants|wanted] to buy {an} {item.one} that [costs|cost] {usd(s, p)}", who),
        Clause(f"{an} {item.one} [costs|cost] {usd(s, p)}"),
        Clause(f"[needs|needed] {usd(s, p)} for {an} {item.one}", who),
    )
    gap.clauses = (clause, *a.clauses) if clause.subject and s.chance(0.5) else (*a.clauses, clause)
    return gap, s.choose(
        f"how much more money {do} {s.choose(who.name, s.he(who))} need?",
        f"how many more dollars {do} {s.he(who)} need{s.choose('', f' for the {item.one}')}?",
        f"how much more {'did' if s.past else 'must'} {s.he(who)} {'have to ' if s.past else ''}save?",
        "how much money [is|was] missing?",
    )


def affordable(s: Story, steps: int) -> Asked:
    """How many things the money buys."""
    who, item = s.cast.person(), s.cast.goods()
    a = money(s, who, steps - 1)
    p = s.divisor(a.value, 2, 25)
    n = s.div(f"number of {item.many}", a, p)
    s.fact(a, "*", n, p)
    can = "could" if s.past else "can"
    clause = s.choose(
        Clause(f"each {item.one} [costs|cost] {usd(s, p)}"),
        Clause(f"{item.many} [cost|cost] {usd(s, p)} each"),
        Clause(f"one {item.one} [costs|cost] {usd(s, p)}"),
    )
    return n.told(clause), s.choose(
        f"how many {item.many} {can} {s.choose(who.name, s.he(who))} buy?",
        f"how many {item.many} {can} {s.he(who)} buy with {s.choose('the money', f'all {who.his} money')}?",
        f"how many {item.many} {can} {s.he(who)} afford?",
    )


def split_bill(s: Story, steps: int) -> Asked:
    who = s.cast.person()
    paid = cost(s, who, steps - 1)
    by = s.divisor(paid.value, 2, 10)
    part = s.div("share of each", paid, by, whole=False)
    s.fact(paid, "*", part, by)
    friends = s.cast.group()
    return part.told(
        s.choose(
            Clause(f"{s.n(by)} {friends.many} [share|shared] the cost equally", fixed=False),
            Clause(f"the cost [is|was] shared equally by {s.n(by)} {friends.many}"),
        )
    ), s.choose(
        f"how much {'did' if s.past else 'does'} each {friends.one} pay?",
        f"what [is|was] the share of each {friends.one} in dollars?",
        f"how many dollars {'did' if s.past else 'does'} each {friends.one} pay?",
    )


def unit_price(s: Story, steps: int) -> Asked:
    """The price of one, from the price of several."""
    who, item = s.cast.person(), s.cast.goods()
    n = s.number(2, 12)
    each_ = s.number(2, 20)
    extra = None
    if steps == 1:
        paid = s.given(n * each_, Clause(f"[pays|paid] {usd(s, n * each_)} for {item.count(s.n(n))}", who))
    elif steps == 2:
        extra = single(s, who)
        whole = n * each_ + extra.value
        rest = s.sub(f"paid for the {item.many}", whole, extra)
        s.fact(whole, "+", rest, extra)
        paid = s.given(0)
        paid = Quantity(
            rest.value,
            rest.name,
            rest.label,
            (
                *extra.clauses,
                Clause(f"[buys|bought] {item.count(s.n(n))} as well", who, fixed=True),
                Clause(f"altogether {who.he} [pays|paid] {usd(s, whole)}", fixed=True),
            ),
        )
    else:
        raise Retry
    one = s.div(f"price of one {item.one}", paid, n)
    s.fact(paid, "*", one, n)
    return one, s.choose(
        f"how much [does|did] one {item.one} cost?".replace("[does|did]", "did" if s.past else "does"),
        f"what [is|was] the price of one {item.one}?",
        f"how many dollars {'did' if s.past else 'does'} each {item.one} cost?",
        f"find the price of one {item.one}.",
    )


def revenue_gap(s: Story, steps: int) -> Asked:
    """Profit: sold for more than was paid."""
    who, item = s.cast.person(), s.cast.goods()
    if steps < 2:
        raise Retry
    n = count(s, Holding(who, item, SELL), steps - 2)
    low = s.number(1, 20)
    high = low + s.number(1, 20)
    gain = s.sub(f"profit on each {item.one}", high, low)
    s.fact(high, "+", low, gain)
    total = s.mul("total profit", gain, n)
    s.fact(total, "*", gain, n)
    do = "did" if s.past else "does"
    total.clauses = (
        *n.clauses,
        s.choose(
            Clause(f"each {item.one} [costs|cost] {who.him} {usd(s, low)} and [sells|sold] for {usd(s, high)}"),
            Clause(
                f"[buys|bought] the {item.many} for {usd(s, low)} each and [sells|sold] them for {usd(s, high)} each",
                who,
            ),
        ),
    )
    return total, s.choose(
        f"how much profit {do} {s.choose(who.name, s.he(who))} make?",
        f"what [is|was] {who.s} total profit?",
        f"how much money {do} {s.he(who)} gain?",
    )


def what_percent(s: Story, steps: int) -> Asked:
    """What percentage one part is of the whole."""
    h = holding(s)
    sorts = s.cast.sorts(h.item, 2)
    if steps < 2:
        raise Retry
    a, b = s.number(2, 40), s.number(2, 40)
    first = s.given(a, label=sorts[0].many)
    whole = s.add(f"{h.item.many} in total", first, b)
    s.fact(whole, "+", first, b)
    if 100 % whole.value and (a * 100) % whole.value or steps != 2:
        raise Retry
    value = a * 100 // whole.value
    found = s.div("percentage", a, whole, whole=False)
    s.steps[-1] = f"Percentage: <<{a}/{whole.value}*100={value}>>"
    result = Quantity(value, s._new(), "percentage")
    s.graph[result.name] = s.graph.pop(found.name) + "%"
    s.fact(a, "*", whole, result, "1/100")
    told = [sort.count(s.n(x)) for sort, x in zip(sorts, (a, b), strict=True)]
    if h.owner.person:
        clause = Clause(f"{h.does} {told[0]} and {told[1]}", h.owner)
        whose = f"{h.owner.s} {h.item.many}" if h.stated else f"the {h.item.many}"
    else:
        clause = Clause(f"there [are|were] {told[0]} and {told[1]} {h.owner.preposition} {h.owner.name}")
        whose = f"the {h.item.many}"
    colour = sorts[0].one.removesuffix(f" {h.item.one}")
    result.clauses = (clause,)
    return result, s.choose(
        f"what percentage of {whose} [are|were] {colour}?", f"what percent of {whose} [are|were] {colour}?"
    )


COUNTS = (
    [(1, how_many)] * 8
    + [(2, in_total)] * 3
    + [
        (1, in_total),
        (2, difference),
        (2, difference),
        (1, each),
        (2, each),
        (2, each),
        (1, goal),
        (2, goal),
        (2, what_percent),
    ]
)
MONEY = (
    [(1, how_much)] * 4
    + [(1, how_costly)] * 4
    + [(2, change)] * 2
    + [
        (2, still_to_save),
        (2, still_to_save),
        (2, affordable),
        (2, split_bill),
        (1, unit_price),
        (2, unit_price),
        (2, revenue_gap),
        (3, revenue_gap),
    ]
)
