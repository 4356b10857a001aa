"""English inflection by rule and exception: plurals, verb forms, comparison, articles and lists."""

import re
from collections.abc import Sequence


_VOWELS = "aeiou"

# The last word of a noun decides its plural; compounds such as "snowman" follow by their ending.
_PLURALS = dict(
    pair.split(":")
    for pair in (
        "person:people child:children grandchild:grandchildren godchild:godchildren foot:feet tooth:teeth goose:geese "
        "mongoose:mongooses mouse:mice louse:lice woodlouse:woodlice ox:oxen die:dice penny:pennies human:humans "
        "German:Germans Roman:Romans knife:knives pocketknife:pocketknives penknife:penknives loaf:loaves meatloaf:meatloaves "
        "leaf:leaves cloverleaf:cloverleaves shelf:shelves bookshelf:bookshelves half:halves calf:calves wolf:wolves elf:elves "
        "scarf:scarves thief:thieves life:lives wife:wives housewife:housewives midwife:midwives self:selves hoof:hooves "
        "werewolf:werewolves dwarf:dwarfs potato:potatoes tomato:tomatoes hero:heroes superhero:superheroes echo:echoes "
        "mango:mangoes volcano:volcanoes mosquito:mosquitoes torpedo:torpedoes buffalo:buffaloes cargo:cargoes "
        "domino:dominoes tornado:tornadoes sheep:sheep deer:deer reindeer:reindeer moose:moose elk:elk fish:fish "
        "swordfish:swordfish starfish:starfish jellyfish:jellyfish catfish:catfish goldfish:goldfish clownfish:clownfish "
        "angelfish:angelfish blowfish:blowfish crayfish:crayfish pufferfish:pufferfish sunfish:sunfish cuttlefish:cuttlefish "
        "platyfish:platyfish salmon:salmon trout:trout cod:cod carp:carp tuna:tuna shrimp:shrimp squid:squid bison:bison "
        "halibut:halibut mackerel:mackerel haddock:haddock walleye:walleye pike:pike bass:bass herring:herring flounder:flounder "
        "quail:quail series:series species:species spacecraft:spacecraft hovercraft:hovercraft aircraft:aircraft "
        "quiz:quizzes bus:buses minibus:minibuses gas:gases yes:yeses larva:larvae vertex:vertices "
        "cactus:cacti octopus:octopuses platypus:platypuses medium:mediums millennium:millenniums hypothesis:hypotheses "
        "analysis:analyses crisis:crises oasis:oases basis:bases axis:axes axe:axes criterion:criteria "
        "dozen:dozen gross:gross yen:yen ravioli:ravioli sushi:sushi Chinese:Chinese "
        "passerby:passersby louse:lice brussels:brussels foot-long:foot-longs bellows:bellows gladiolus:gladioli "
        "hertz:hertz percent:percent offspring:offspring barracks:barracks crossroads:crossroads gallows:gallows "
        "pierogi:pierogies daddy longlegs:daddy longlegs"
    )
    .replace("daddy longlegs:daddy longlegs", "longlegs:longlegs")
    .split()
)
_MAN = re.compile(r"(?:^|[a-z])(?:wo)?man$")
_NOT_MEN = ("human", "talisman", "shaman", "caiman", "ottoman", "German", "Roman", "roman")

# base: past, participle (one word for both when they agree).
_IRREGULAR = {
    words[0]: (words[1], words[-1])
    for words in (
        line.split()
        for line in (
            "be was been,beat beat beaten,become became become,begin began begun,bend bent,bet bet,bid bid,bind bound,bite bit bitten,"
            "bleed bled,blow blew blown,break broke broken,breed bred,bring brought,build built,burst burst,buy bought,"
            "cast cast,catch caught,choose chose chosen,cling clung,come came come,cost cost,creep crept,cut cut,deal dealt,dig dug,do did done,"
            "draw drew drawn,drink drank drunk,drive drove driven,eat ate eaten,fall fell fallen,feed fed,feel felt,fight fought,find found,fit fit,"
            "fling flung,fly flew flown,forbid forbade forbidden,forecast forecast,forget forgot forgotten,forgive forgave forgiven,"
            "freeze froze frozen,get got gotten,give gave given,go went gone,grind ground,grow grew grown,hang hung,have had,hear heard,"
            "hide hid hidden,hit hit,hold held,hurt hurt,keep kept,kneel knelt,knit knitted,know knew known,lay laid,lead led,leap leaped,"
            "leave left,lend lent,let let,lie lay lain,light lit,lose lost,make made,mean meant,meet met,mow mowed mown,"
            "outgrow outgrew outgrown,outrun outran outrun,overtake overtook overtaken,pay paid,put put,quit quit,read read,"
            "rebuild rebuilt,repay repaid,reset reset,resell resold,rewrite rewrote rewritten,rewind rewound,rid rid,ride rode ridden,"
            "ring rang rung,rise rose risen,run ran run,saw sawed sawn,say said,see saw seen,seek sought,sell sold,send sent,set set,"
            "sew sewed sewn,shake shook shaken,shear sheared shorn,shed shed,shine shone,shoot shot,show showed shown,"
            "shrink shrank shrunk,shut shut,sing sang sung,sink sank sunk,sit sat,sleep slept,slide slid,sling slung,slit slit,"
            "sow sowed sown,speak spoke spoken,speed sped,spend spent,spin spun,split split,spread spread,spring sprang sprung,"
            "stand stood,steal stole stolen,stick stuck,sting stung,stride strode stridden,strike struck,string strung,strive strove striven,"
            "swear swore sworn,sweep swept,swell swelled swollen,swim swam swum,swing swung,take took taken,teach taught,tear tore torn,"
            "tell told,think thought,throw threw thrown,undo undid undone,understand understood,upset upset,wake woke woken,wear wore worn,"
            "weave wove woven,weep wept,win won,wind wound,withdraw withdrew withdrawn,withstand withstood,write wrote written,"
            "babysit babysat,oversleep overslept,misread misread,sublet sublet"
        ).split(",")
    )
}
# Verbs whose regular senses differ from a strong one of the same spelling.
_IRREGULAR["mow"] = ("mowed", "mowed")
_IRREGULAR["saw"] = ("sawed", "sawed")
_IRREGULAR["shine"] = ("shined", "shined")
# Of more than one syllable, yet the last consonant doubles.
_DOUBLING = frozenset(
    "admit commit permit submit omit refer prefer occur transfer regret control patrol begin forget forbid babysit unzip "
    "unwrap unplug unpin rebid outrun equip quit quiz rewrap upset reset program debug unclog compel expel propel".split()
)
_COMPARISON = {
    "good": ("better", "best"),
    "bad": ("worse", "worst"),
    "far": ("farther", "farthest"),
    "little": ("less", "least"),
    "many": ("more", "most"),
}
_LONG_FORMS = frozenset("tired bored busied".split())

_NOT_AN = re.compile(
    r"(?:uni(?!n|m)|unanim|us[aeiu]|ut[ei]|ubiq|uk|ura|uran|eu|ew|one\b|one-|once|ouija|u\b|UFO|USB|UK|US|U\b|European|EU)"
)


def _ends_in_consonant_y(word: str) -> bool:
    return len(word) > 1 and word[-1] == "y" and word[-2] not in _VOWELS


def _add_s(word: str) -> str:
    """The -s form by spelling: boxes, ponies, cups."""
    if _ends_in_consonant_y(word):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) and not word.endswith("tech") else "s")


def pluralize(noun: str) -> str:
    """The plural of an English or invented noun; in "pair of shoes" and "mother-in-law" the head word takes it."""
    for joint in (" of ", "-in-law", " on ", " for ", "-in-the-", "-me-not"):
        head, found, rest = noun.partition(joint)
        if found and joint not in ("-in-the-", "-me-not"):
            return pluralize(head) + found + rest
    before, space, last = noun.rpartition(" ")
    if last in _PLURALS:
        return before + space + _PLURALS[last]
    if "-" in last:
        first, _, end = last.rpartition("-")
        if end in _PLURALS:
            return f"{before}{space}{first}-{_PLURALS[end]}"
    if _MAN.search(last) and last not in _NOT_MEN:
        return noun[:-2] + "en"
    if last[:1].isupper() and _ends_in_consonant_y(last):
        return noun + "s"
    return before + space + _add_s(last)


def third_person(verb: str) -> str:
    """makes, goes, has."""
    if verb in ("go", "do", "undo", "redo", "forgo", "echo", "veto"):
        return verb + "es"
    if verb in ("quiz",):
        return verb + "zes"
    return {"have": "has", "be": "is"}.get(verb) or _add_s(verb)


def _doubles(verb: str) -> bool:
    """Whether the last consonant doubles before -ed and -ing: stopped, running, permitted."""
    if verb in _DOUBLING:
        return True
    stem = verb.replace("qu", "q")
    return bool(re.fullmatch(r"[^aeiou]*[aeiouy][bcdfgklmnprtvz]", stem)) and (len(stem) > 2 or stem in ("up",))


def past(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb][0]
    if verb.endswith("e"):
        return verb + "d"
    if _ends_in_consonant_y(verb):
        return verb[:-1] + "ied"
    return verb + (verb[-1] if _doubles(verb) else "") + "ed"


def participle(verb: str) -> str:
    return _IRREGULAR[verb][1] if verb in _IRREGULAR else past(verb)


def gerund(verb: str) -> str:
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and verb not in ("be", "singe", "tinge"):
        return verb[:-1] + "ing"
    return verb + (verb[-1] if _doubles(verb) else "") + "ing"


def _syllables(word: str) -> int:
    return len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word))) or 1


def comparative(adjective: str) -> str:
    """taller, heavier, more expensive."""
    return _compare(adjective, "er", "more ", 0)


def superlative(adjective: str) -> str:
    """tallest, heaviest, most expensive."""
    return _compare(adjective, "est", "most ", 1)


def _compare(word: str, suffix: str, more: str, which: int) -> str:
    if word in _COMPARISON:
        return _COMPARISON[word][which]
    short = _syllables(word) == 1 or word in ("narrow", "shallow", "quiet", "simple", "gentle", "little", "clever")
    short = short or (word.endswith("y") and _syllables(word) == 2)
    if not short or word in _LONG_FORMS or " " in word or "-" in word:
        return more + word
    if word.endswith("e"):
        return word[:-1] + suffix
    if _ends_in_consonant_y(word) and word not in ("shy", "dry", "sly", "spry"):
        return word[:-1] + "i" + suffix
    if word == "dry":
        return "dri" + suffix
    return word + (word[-1] if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnpt]", word) else "") + suffix


def article(phrase: str | int) -> str:
    """ "a" or "an", by sound: an hour, a unicorn, an 8, an 11, a 13, an X."""
    text = str(phrase)
    if re.match(r"8|11(?:,\d{3})*(?!\d|,\d)|18(?:,\d{3})*(?!\d|,\d)|1[18]\d{3}(?!\d)", text):
        return "an"
    if _NOT_AN.match(text) or _NOT_AN.match(text.lower()):
        return "a"
    spelled_out = r"(?:[AEFHILMNORSX](?:\b|-)|FM|LED|LCD|SUV|MP\d|HD)"
    if re.match(spelled_out, text):
        return "an"
    return "an" if re.match(r"(?:hour|honest|honou?r|heir|herb|[aeiou])", text.lower()) else "a"


def join(words: Sequence[str], oxford: bool = False, last: str = "and") -> str:
    """ "a, b and c", with `oxford` "a, b, and c"."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    comma = "," if oxford and len(words) > 2 else ""
    return f"{', '.join(words[:-1])}{comma} {last} {words[-1]}"
