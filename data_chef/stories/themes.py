"""What goes together: which things are kept in what, found where, done what with, and what they cost."""

from dataclasses import dataclass

from data_chef import lexicon


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb that takes things: `bake`, `bakes`, `baked`."""

    base: str
    third: str
    past: str
    takes_containers: bool = False
    gives: bool = False

    @property
    def ing(self) -> str:
        """`baking`, `giving away`."""
        return lexicon.verb(self.base).say("gerund")

    @property
    def done(self) -> str:
        """`baked`, `given away`: the participle."""
        return lexicon.verb(self.base).say("participle")


@dataclass(frozen=True)
class Theme:
    """Things that are treated alike.

    Attributes:
        kinds: kinds of nouns in the lexicon.
        adjectives: groups of words that tell sorts apart; words of one group exclude each other.
        containers, places: what they are kept in, where there are many.
        actions: how one comes by a number of them; gains, losses: how a number changes afterwards.
        puts, removals: participles for places, `brought in`, `taken away`.
        price: of one of them, in dollars; empty when they are not sold.
        plenty: the largest sensible number.
        lasting: whether one says that somebody owns them. paired: whether they come in pairs. portable: whether they fit
            into a person's box or bag. owned: whether one says that a person has them.
        everyday: the nouns that everybody uses; they are drawn more often than the rest of the lexicon.
    """

    kinds: tuple[str, ...]
    adjectives: tuple[tuple[str, ...], ...]
    containers: tuple[str, ...]
    places: tuple[str, ...]
    actions: tuple[Verb, ...]
    gains: tuple[Verb, ...]
    losses: tuple[Verb, ...]
    puts: tuple[str, ...] = ("brought", "added", "put")
    removals: tuple[str, ...] = ("taken away", "removed", "sold")
    price: tuple[int, int] = ()  # type: ignore[assignment]
    plenty: int = 99
    lasting: bool = False
    paired: bool = False
    portable: bool = True
    owned: bool = True
    everyday: tuple[str, ...] = ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


def _verbs(text: str) -> tuple[Verb, ...]:
    """`bake/bakes/baked` each; `+` marks one that takes containers too, `>` one that has somebody to give to."""
    made = []
    for word in text.split():
        forms = word.strip("+>").replace("_", " ").split("/")
        made.append(Verb(*forms, takes_containers=word.endswith("+"), gives=word.endswith(">")))
    return tuple(made)


COLOURS = _words("red blue green yellow white black purple orange pink brown gray golden silver")
SIZES = _words("small large")
BUY = "buy/buys/bought+"
GAINS = _verbs(f"{BUY} get/gets/got+ find/finds/found receive/receives/received+")
LOSSES = _verbs(
    "give_away/gives_away/gave_away lose/loses/lost sell/sells/sold give/gives/gave> donate/donates/donated>"
)

FOOD = Theme(
    ("baked", "sweets", "meals", "cakes"),
    (_words("chocolate vanilla strawberry lemon coconut peanut"), SIZES, _words("plain glazed frosted")),
    _words("box bag tray tin plate basket packet jar"), _words("bakery cafe kitchen shop school_canteen market_stall"),
    _verbs(f"bake/bakes/baked make/makes/made+ {BUY} sell/sells/sold+ order/orders/ordered+ eat/eats/ate serve/serves/served decorate/decorates/decorated"),
    _verbs(f"{BUY} bake/bakes/baked get/gets/got make/makes/made"), _verbs("eat/eats/ate sell/sells/sold give/gives/gave> give_away/gives_away/gave_away"),
    ("baked", "brought", "delivered"), ("eaten", "sold", "thrown away"), (1, 12),
    everyday=_words("cookie cupcake muffin brownie pie pizza cake donut sandwich candy lollipop pancake cracker pretzel"),
)  # fmt: skip
FRUIT = Theme(
    ("fruit", "vegetables", "nuts"),
    (_words("red green yellow"), _words("ripe unripe"), SIZES, _words("fresh rotten")),
    _words("basket crate bag box bowl sack carton"), _words("kitchen market orchard garden farm grocery_store supermarket"),
    _verbs(f"pick/picks/picked+ gather/gathers/gathered harvest/harvests/harvested {BUY} sell/sells/sold+ wash/washes/washed"),
    _verbs(f"pick/picks/picked {BUY} get/gets/got+ gather/gathers/gathered pick_up/picks_up/picked_up"),
    _verbs("eat/eats/ate sell/sells/sold give/gives/gave> use/uses/used use_up/uses_up/used_up drop/drops/dropped throw_away/throws_away/threw_away"),
    ("brought", "added", "delivered"), ("eaten", "sold", "taken away"), (1, 6),
    everyday=_words("apple orange banana pear peach lemon strawberry cherry watermelon tomato potato carrot onion pumpkin peanut walnut"),
)  # fmt: skip
TOYS = Theme(
    ("toys", "collectables", "games", "craft", "handmade", "gems", "parcels"),
    (COLOURS, SIZES, _words("wooden plastic glass metal"), _words("old new"), _words("round square")),
    _words("box bag jar bucket case tin packet"), _words("toy_store attic playroom classroom basement museum shop"),
    _verbs(f"collect/collects/collected {BUY} find/finds/found win/wins/won sell/sells/sold+ trade/trades/traded pick_up/picks_up/picked_up count/counts/counted"),
    _verbs(f"{BUY} win/wins/won find/finds/found get/gets/got+ receive/receives/received pick_up/picks_up/picked_up"), LOSSES,
    price=(1, 40), lasting=True, plenty=200,
    everyday=_words("marble sticker card stamp coin balloon doll kite ball bead seashell rock button block puzzle toy_car baseball_card"),
)  # fmt: skip
BOOKS = Theme(
    ("stationery", "books", "media"),
    (COLOURS, SIZES, _words("old new used"), _words("thick thin")),
    _words("box bag pack case crate carton"), _words("library classroom office store school bookstore"),
    _verbs(f"{BUY} sell/sells/sold+ collect/collects/collected sort/sorts/sorted order/orders/ordered+ borrow/borrows/borrowed"),
    _verbs(f"{BUY} get/gets/got+ receive/receives/received find/finds/found"), _verbs("sell/sells/sold give/gives/gave> lose/loses/lost donate/donates/donated> lend/lends/lent> hand_out/hands_out/handed_out return/returns/returned"),
    price=(1, 30), lasting=True, plenty=200,
    everyday=_words("book pencil pen crayon notebook eraser marker magazine comic_book ruler"),
)  # fmt: skip
CLOTHES = Theme(
    ("clothes", "jewellery", "knitwear", "footwear", "accessories"),
    (COLOURS, SIZES, _words("cotton wool silk"), _words("long short"), _words("striped plain")),
    _words("box bag basket suitcase package"), _words("store closet laundry_room shop warehouse tailor_shop"),
    _verbs(f"{BUY} sew/sews/sewed knit/knits/knitted sell/sells/sold+ wash/washes/washed iron/irons/ironed"),
    _verbs(f"{BUY} get/gets/got+ sew/sews/sewed receive/receives/received"), _verbs("sell/sells/sold give_away/gives_away/gave_away donate/donates/donated> lose/loses/lost"),
    price=(5, 80), lasting=True, paired=True, plenty=60,
    everyday=_words("shirt hat dress scarf skirt jacket ring necklace"),
)  # fmt: skip
ANIMALS = Theme(
    ("farm_animals", "pets", "wild_animals", "birds", "fish", "sea_animals", "insects"),
    (_words("black white brown gray spotted"), _words("young old"), SIZES, _words("male female")),
    _words("cage pen barn enclosure"), _words("zoo park farm pet_shop animal_shelter forest field valley island"),
    _verbs("see/sees/saw count/counts/counted feed/feeds/fed raise/raises/raised rescue/rescues/rescued"),
    _verbs(f"{BUY} get/gets/got adopt/adopts/adopted rescue/rescues/rescued"), _verbs("sell/sells/sold give_away/gives_away/gave_away give/gives/gave>"),
    ("brought", "born", "let in"), ("sold", "moved away", "taken to another home"), (5, 200), plenty=120, portable=False,
    everyday=_words("cat dog cow chicken duck pig sheep goat horse puppy kitten fish bird rabbit turtle bee butterfly frog"),
)  # fmt: skip
FLOWERS = Theme(
    ("flowers",),
    (COLOURS, _words("tall short"), _words("young old"), SIZES),
    _words("vase bunch basket bucket"), _words("garden park flower_shop yard meadow greenhouse nursery"),
    _verbs(f"plant/plants/planted pick/picks/picked water/waters/watered {BUY} sell/sells/sold+ grow/grows/grew"),
    _verbs(f"plant/plants/planted {BUY} get/gets/got"), _verbs("sell/sells/sold give/gives/gave> cut_down/cuts_down/cut_down lose/loses/lost"),
    ("planted", "added", "put"), ("cut down", "sold", "removed"), (1, 8), plenty=200,
    everyday=_words("rose tulip daisy lily sunflower flower"),
)  # fmt: skip
TREES = Theme(
    ("trees",),
    (_words("tall short"), _words("young old"), SIZES),
    _words("row garden"), _words("garden park forest yard orchard nursery valley"),
    _verbs("plant/plants/planted water/waters/watered grow/grows/grew"), _verbs("plant/plants/planted"), _verbs("cut_down/cuts_down/cut_down sell/sells/sold"),
    ("planted", "added"), ("cut down", "removed", "blown down"), (10, 80), plenty=200, portable=False,
    everyday=_words("tree apple_tree oak pine"),
)  # fmt: skip
TOOLS = Theme(
    ("tools", "hardware", "building", "kitchenware", "furniture", "household", "sports_gear", "electronics", "instruments", "bags_luggage", "toiletries"),
    (COLOURS, SIZES, _words("old new"), _words("wooden metal plastic"), _words("broken working"), _words("clean dirty")),
    _words("box crate bag carton case"), _words("garage workshop store warehouse factory storeroom hall gym school"),
    _verbs(f"{BUY} sell/sells/sold+ repair/repairs/repaired paint/paints/painted clean/cleans/cleaned make/makes/made+ order/orders/ordered+"),
    _verbs(f"{BUY} get/gets/got+ order/orders/ordered+ borrow/borrows/borrowed"), _verbs("sell/sells/sold lose/loses/lost give_away/gives_away/gave_away donate/donates/donated> break/breaks/broke"),
    ("delivered", "brought", "added"), ("sold", "broken", "taken away"), (3, 150), lasting=True, plenty=150,
    everyday=_words("chair table nail screw brick board plate cup bottle bowl pillow candle basketball football backpack"),
)  # fmt: skip
MEASURED = Theme(
    ("liquids", "dry_food", "fresh_food", "drinks", "groceries", "lengths", "heavy_goods"),
    (_words("fresh old"), _words("cold warm"), _words("cheap expensive")),
    _words("container crate cart"), _words("kitchen warehouse store restaurant cellar storeroom farm bakery"),
    _verbs(f"use/uses/used need/needs/needed sell/sells/sold+ {BUY} order/orders/ordered+ prepare/prepares/prepared"),
    _verbs(f"{BUY} get/gets/got+ order/orders/ordered+"), _verbs("use/uses/used sell/sells/sold give/gives/gave> waste/wastes/wasted"),
    ("brought", "delivered", "added"), ("used", "sold", "taken away"), (1, 12), plenty=60, portable=False,
)  # fmt: skip
VEHICLES = Theme(
    ("vehicles", "transport", "boats"),
    (COLOURS, _words("old new"), SIZES, _words("electric ordinary")),
    _words("garage lot hall row yard"), _words("parking_lot garage factory harbor street depot station"),
    _verbs("see/sees/saw count/counts/counted wash/washes/washed repair/repairs/repaired sell/sells/sold paint/paints/painted"),
    _verbs(f"{BUY} get/gets/got rent/rents/rented"), _verbs("sell/sells/sold rent_out/rents_out/rented_out"),
    ("parked", "brought"), ("driven away", "sold", "towed away"), (), plenty=120, portable=False,
    everyday=_words("car bus truck van bicycle boat"),
)  # fmt: skip
PEOPLE = Theme(
    ("people_roles", "occupations"),
    (_words("young old"), _words("tall short"), _words("new experienced"), _words("male female")),
    _words("team group room row class bus"), _words("theater stadium school library hall train bus hotel museum office restaurant concert camp"),
    _verbs("meet/meets/met invite/invites/invited see/sees/saw count/counts/counted teach/teaches/taught help/helps/helped"),
    _verbs("invite/invites/invited meet/meets/met"), _verbs("send_home/sends_home/sent_home"),
    ("let in", "sent in"), ("sent home", "asked to leave"), (), plenty=300, portable=False, owned=False,
    everyday=_words("student child kid boy girl player teacher visitor guest"),
)  # fmt: skip
THINGS = (FOOD, FRUIT, TOYS, BOOKS, CLOTHES, ANIMALS, FLOWERS, TOOLS)
THEMES = (
    FOOD,
    FOOD,
    FRUIT,
    FRUIT,
    TOYS,
    TOYS,
    BOOKS,
    BOOKS,
    CLOTHES,
    ANIMALS,
    ANIMALS,
    FLOWERS,
    TREES,
    TOOLS,
    TOOLS,
    MEASURED,
    MEASURED,
    VEHICLES,
    PEOPLE,
)
PRICED = (FOOD, FRUIT, TOYS, BOOKS, CLOTHES, TOOLS, FLOWERS, MEASURED)
CONTAINERS = Theme(
    ("containers",), (COLOURS, SIZES, _words("wooden plastic metal"), _words("old new")),
    _words("truck room cart van"), _words("storeroom warehouse garage attic cellar kitchen"),
    _verbs(f"{BUY} fill/fills/filled pack/packs/packed carry/carries/carried open/opens/opened"), _verbs(f"{BUY} get/gets/got fill/fills/filled"),
    _verbs("give_away/gives_away/gave_away sell/sells/sold empty/empties/emptied"), price=(2, 40), lasting=True, plenty=40,
)  # fmt: skip

PREPOSITIONS = {"shelf": "on", "table": "on", "farm": "on", "island": "on", "street": "on", "train": "on", "bus": "on", "concert": "at",
                "camp": "at", "station": "at", "stall": "at", "market": "at", "canteen": "at", "yard": "in", "lot": "in"}  # fmt: skip
MOMENTS = (
    " on Monday",
    " on Saturday",
    " this morning",
    " in the morning",
    " today",
    " in May",
    " this year",
    " during the holidays",
    " in the spring",
    " in one day",
    " in a week",
    " at the weekend",
)
PAST_MOMENTS = (
    " last week",
    " yesterday",
    " last month",
    " over the weekend",
    " on the first day",
    " last summer",
    " last year",
    " the day before",
)
RUNS = (
    ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday"), ("on Friday", "on Saturday", "on Sunday"),
    ("in January", "in February", "in March", "in April", "in May"), ("in June", "in July", "in August"),
    ("in the first week", "in the second week", "in the third week"), ("in the morning", "in the afternoon", "in the evening"),
    ("on the first day", "on the second day", "on the third day", "on the fourth day"), ("in the first year", "in the second year", "in the third year"),
    ("in the first hour", "in the second hour", "in the third hour"), ("in spring", "in summer", "in autumn"),
)  # fmt: skip
COMMON_NAMES = {
    "male": _words(
        "Tom Sam Ben Leo Max Jack Omar Raj Diego Ivan Hugo Dan Joe Jim Tim Bob Nick Mike Steve Tony Andy Greg Jake Luke Josh Matt Ryan Eric Kevin Brian Jason Adam Aaron Ethan Lucas Oscar James John David Peter Paul"
    ),
    "female": _words(
        "Ann Mia Zoe Eva Emma Olivia Ava Nina Rosa Tara Clara Ruth Vera Lena Priya Lucia Sue Kate Jane Mary Lucy Amy Beth Jill Sara Julia Helen Alice Ella Chloe Maya Sofia Elena Naomi Sarah Laura Anna Lisa Emily Grace"
    ),
}
FRIENDS = _words("friend friend classmate child cousin neighbor sibling teammate guest coworker student")
CROWDS = _words(
    "student kid boy girl student child visitor tourist guest member player scout worker fan camper passenger"
)
CREWS = _words("worker painter baker gardener carpenter tailor cook farmer machine robot mechanic")
JOBS = ("babysitting", "walking dogs", "mowing lawns", "tutoring", "working in a cafe", "delivering newspapers", "washing cars", "at the bakery", "in a shop", "at a bookstore",
        "cleaning houses", "painting fences", "as a lifeguard", "at the zoo", "in a garage", "picking fruit", "raking leaves", "as a waiter")  # fmt: skip
TASKS = (
    "paint a house",
    "build a wall",
    "dig a ditch",
    "harvest a field",
    "clean a school",
    "repair a bridge",
    "plant a forest",
    "pave a road",
    "pack an order",
    "build a boat",
)
LIKES = (
    ("tea", "coffee", "juice", "milk", "lemonade"), ("football", "tennis", "basketball", "swimming", "hockey", "chess"), ("apples", "bananas", "pears", "cherries", "grapes"),
    ("math", "history", "music", "art", "science"), ("cats", "dogs", "rabbits", "hamsters", "parrots"), ("red", "blue", "green", "yellow"), ("pizza", "pasta", "soup", "rice", "salad"),
)  # fmt: skip
# What a whole is made of, and where: any two or three of the kinds; with only two of them, what is not the one is the other.
KINDS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("students", ("boys", "girls"), ("in the class", "on the bus", "in the choir", "in the math club", "in the school play")),
    ("kids", ("boys", "girls"), ("at the party", "at the playground", "in the pool", "at the camp", "on the team")),
    ("children", ("boys", "girls"), ("in the park", "at the library", "in the music class", "at the picnic")),
    ("people", ("men", "women"), ("on the train", "in the room", "at the concert", "in the office", "on the ferry")),
    ("people", ("adults", "children"), ("at the pool", "on the boat", "at the zoo", "at the theater", "at the fair")),
    ("people", ("students", "teachers"), ("on the trip", "in the hall", "in the museum")),
    ("animals", ("cows", "sheep", "pigs", "goats", "horses", "chickens", "ducks"), ("on the farm", "in the field", "in the barn")),
    ("pets", ("cats", "dogs", "rabbits", "hamsters", "parrots"), ("in the pet shop", "at the animal shelter")),
    ("birds", ("ducks", "geese", "swans", "gulls"), ("on the lake", "on the pond", "by the river")),
    ("vehicles", ("cars", "trucks", "vans", "buses", "motorcycles"), ("in the parking lot", "on the street", "in the garage")),
    ("flowers", ("roses", "tulips", "daisies", "lilies", "sunflowers"), ("in the garden", "in the shop", "in the vase")),
    ("pieces of fruit", ("apples", "oranges", "pears", "bananas", "peaches"), ("in the bowl", "in the basket", "in the kitchen")),
    ("vegetables", ("carrots", "onions", "potatoes", "cucumbers"), ("in the crate", "on the table", "at the stall")),
    ("treats", ("cookies", "brownies", "cupcakes", "muffins"), ("on the tray", "at the bake sale", "on the counter")),
    ("coins", ("pennies", "nickels", "dimes", "quarters"), ("in the jar", "in the drawer", "in the piggy bank")),
    ("balls", ("basketballs", "footballs", "soccer balls", "tennis balls"), ("in the gym", "in the storeroom")),
    ("books", ("novels", "comic books", "cookbooks", "textbooks"), ("on the shelf", "in the classroom", "in the box")),
    ("toys", ("dolls", "toy cars", "puzzles", "kites", "yo-yos"), ("in the toy box", "in the shop", "in the playroom")),
    ("trees", ("oaks", "pines", "apple trees", "cherry trees"), ("in the park", "in the yard", "along the road")),
    ("tools", ("hammers", "saws", "wrenches", "drills"), ("in the workshop", "in the garage")),
    ("seats", ("red seats", "blue seats", "green seats"), ("in the theater", "in the stadium")),
    ("pencils", ("red pencils", "blue pencils", "green pencils", "yellow pencils"), ("in the box", "on the desk", "in the drawer")),
    ("balloons", ("red balloons", "white balloons", "blue balloons", "yellow balloons"), ("at the party", "in the hall", "in the shop")),
    ("marbles", ("red marbles", "blue marbles", "green marbles", "yellow marbles"), ("in the bag", "in the jar", "on the floor")),
    ("games", ("home games", "away games"), ("in the season", "on the schedule")),
    ("shirts", ("white shirts", "black shirts", "gray shirts"), ("in the closet", "in the store", "in the laundry")),
)  # fmt: skip
# Who is put into what, and where they then are: cars, tents, teams, tables.
GATHERINGS = (
    ("car", "in"), ("van", "in"), ("tent", "in"), ("boat", "in"), ("table", "at"), ("bench", "on"), ("row", "in"), ("team", "in"),
    ("group", "in"), ("room", "in"), ("cabin", "in"), ("bus", "on"),
)  # fmt: skip
# Two things of a sort that are measured: what is said of them, the unit, and how one of them is beside the other.
COMPARED: tuple[tuple[tuple[str, ...], str, tuple[str, ...], str, str], ...] = (
    (("watermelon", "pumpkin", "melon", "cabbage", "pineapple", "turkey"), "[weighs|weighed] {}", ("pounds", "kilograms"), "heavier", "lighter"),
    (("box", "suitcase", "backpack", "crate", "package", "bag"), "[weighs|weighed] {}", ("pounds", "kilograms"), "heavier", "lighter"),
    (("dog", "cat", "goat", "sheep", "puppy", "pig"), "[weighs|weighed] {}", ("pounds", "kilograms"), "heavier", "lighter"),
    (("rope", "string", "ribbon", "stick", "wire", "hose", "chain"), "[is|was] {} long", ("feet", "inches", "meters", "centimeters"), "longer", "shorter"),
    (("bridge", "tunnel", "trail", "road", "river", "path"), "[is|was] {} long", ("miles", "kilometers", "meters"), "longer", "shorter"),
    (("tree", "tower", "flagpole", "ladder", "fence", "statue", "house"), "[is|was] {} tall", ("feet", "meters"), "taller", "shorter"),
    (("plant", "sunflower", "vase", "lamp", "bottle", "candle"), "[is|was] {} tall", ("inches", "centimeters"), "taller", "shorter"),
    (("movie", "song", "lesson", "concert", "game", "show", "train ride"), "[lasts|lasted] {}", ("minutes",), "longer", "shorter"),
    (("well", "pool", "lake", "hole", "pond"), "[is|was] {} deep", ("feet", "meters"), "deeper", "shallower"),
    (("church", "castle", "school", "museum", "theater", "mill"), "[is|was] {} old", ("years",), "older", "younger"),
)  # fmt: skip
