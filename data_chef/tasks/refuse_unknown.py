"""Questions outside of mathematics, logic and Python, answered by an honest refusal that says what ODIN can do."""

from random import Random

from data_chef.about import CAN
from data_chef.nouns import invented
from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


COUNTRIES = (
    "France", "Spain", "Brazil", "Kenya", "Japan", "India", "Norway", "Peru", "Egypt", "Canada", "Mexico", "Italy",
    "Greece", "Poland", "Chile", "Ghana", "Vietnam", "Iceland", "Nepal", "Turkey", "Portugal", "Morocco", "Finland",
)  # fmt: skip
CITIES = (
    "Paris", "Oslo", "Tokyo", "Lima", "Cairo", "Madrid", "Rome", "Vienna", "Boston", "Delhi", "Sydney", "Dublin",
    "Prague", "Athens", "Toronto", "Warsaw", "Nairobi", "Berlin", "Lisbon", "Seoul", "Chicago", "Helsinki",
)  # fmt: skip
WHO = (
    "Napoleon", "Mozart", "Shakespeare", "Cleopatra", "Einstein", "Picasso", "Marie Curie", "Columbus", "Beethoven",
    "Julius Caesar", "Leonardo da Vinci", "Gandhi", "Charles Dickens", "Aristotle", "Galileo", "Joan of Arc",
)  # fmt: skip
PAINS = (
    "a headache", "a fever", "a sore throat", "back pain", "a rash", "a cough", "a toothache", "stomach pain",
    "an earache", "a swollen knee", "chest pain", "trouble sleeping", "high blood pressure", "a cold", "an allergy",
)  # fmt: skip
LEGAL = (
    "sue my neighbour", "break my lease", "get my deposit back", "patent my idea", "contest a will", "appeal a fine",
    "end my contract early", "keep found money", "copy this software", "record a phone call", "fire my tenant",
    "skip jury duty",
)  # fmt: skip
SPORTS = ("football", "tennis", "hockey", "cricket", "basketball", "rugby", "golf", "baseball", "chess", "handball")
DISHES = (
    "a pizza", "pancakes", "a lasagne", "onion soup", "an apple pie", "sushi", "a curry", "bread", "a salad", "a stew",
    "dumplings", "a cheesecake", "paella", "risotto",
)  # fmt: skip
MONEY = ("gold", "shares", "bitcoin", "bonds", "houses", "oil", "silver", "a savings plan", "real estate", "wine")
FILMS = (
    "science fiction",
    "romance",
    "western",
    "horror",
    "comedy",
    "fantasy",
    "crime",
    "war",
    "adventure",
    "cartoon",
)
ANIMALS = ("whales", "bees", "wolves", "owls", "sharks", "elephants", "ants", "frogs", "bats", "camels", "penguins")


def made_up() -> list[str]:
    """Names of things that do not exist."""
    rng = Random("made up")
    return sorted({invented(rng).capitalize() + rng.choice(("ia", "on", "ar", "um", "el")) for _ in range(150)})


TALK = Talk(
    {
        "capital": (
            ("What is the capital of {country}?", "Who is the president of {country}?",
            "How many people live in {country}?",
             "Which language is spoken in {country}?", "What is the history of {country}?", "Who rules {country}?",
             "What is the highest mountain of {country}?", "Which money do they use in {country}?",
             "What is the longest river in {country}?", "Tell me something about {country}."),
            tuple(f"I have not learned facts about countries such as {{country}}. {can}" for can in CAN)
            + tuple(f"I do not know anything about {{country}}. {can}" for can in CAN),
        ),
        "weather": (
            ("What is the weather in {city}?", "Will it rain in {city} tomorrow?", "How warm is it in {city}?",
             "Is it snowing in {city} right now?", "What is the forecast for {city}?",
             "Do I need an umbrella in {city}?"),
            tuple(f"I cannot know the weather in {{city}}. {can}" for can in CAN)
            + tuple(f"I have no weather data, for {{city}} or elsewhere. {can}" for can in CAN),
        ),
        "city": (
            ("What should I see in {city}?", "Which hotel in {city} is good?", "How do I get to {city}?",
             "Where can I eat well in {city}?", "Who is the mayor of {city}?", "How old is {city}?",
             "When was {city} founded?", "Is {city} a nice place to live?"),
            tuple(f"I know nothing about {{city}}. {can}" for can in CAN)
            + tuple(f"Places such as {{city}} are outside of what I have learned. {can}" for can in CAN),
        ),
        "person": (
            ("Who was {who}?", "When was {who} born?", "Where did {who} live?", "What did {who} do?",
            "When did {who} die?",
             "Tell me about the life of {who}.", "What is {who} famous for?", "Was {who} married?"),
            tuple(f"I know nothing about {{who}}, and I do not want to make anything up. {can}" for can in CAN)
            + tuple(f"I have not learned about people such as {{who}}. {can}" for can in CAN),
        ),
        "medical": (
            ("I have {pain}. What should I take?", "What helps against {pain}?", "Is {pain} dangerous?",
             "Should I see a doctor about {pain}?", "Which medicine is good for {pain}?", "Why do I have {pain}?",
             "What is the best treatment of {pain}?"),
            (f"I cannot give medical advice on {{pain}}; please ask a doctor. {CAN[0]}",
             f"For {{pain}} please ask a doctor or a pharmacist, as I know nothing of medicine. {CAN[1]}",
             f"I am not able to judge {{pain}}; a doctor is. {CAN[2]}"),
        ),
        "legal": (
            ("Can I {legal}?", "Is it legal to {legal}?", "How do I {legal}?", "May I {legal}?",
            "Am I allowed to {legal}?",
             "What does the law say if I {legal}?"),
            (f"I cannot give legal advice; please ask a lawyer. {CAN[0]}",
             f"I know nothing of the law, so I cannot say whether you may {{legal}}. {CAN[1]}",
             f"Whether you can {{legal}} is a question for a lawyer. {CAN[2]}"),
        ),
        "sport": (
            ("Who won the {sport} match yesterday?", "Who is the best {sport} player?",
            "Which team is the {sport} champion?",
             "Who invented {sport}?", "When is the next {sport} game?", "Which country is best at {sport}?"),
            tuple(f"I do not follow {{sport}}. {can}" for can in CAN)
            + tuple(f"I have no results or facts on {{sport}}. {can}" for can in CAN),
        ),
        "cooking": (
            ("How do I make {dish}?", "What is a good recipe for {dish}?", "How long do I cook {dish}?",
             "Which spices go with {dish}?", "What do I need for {dish}?"),
            tuple(f"I have no recipes, for {{dish}} or anything else. {can}" for can in CAN)
            + tuple(f"I have not learned how to make {{dish}}. {can}" for can in CAN),
        ),
        "money": (
            ("Should I invest in {money}?", "Will the price of {money} rise?", "Is {money} a good investment?",
             "How much does {money} cost today?", "When should I sell {money}?"),
            (f"I cannot advise you on {{money}}, as I know no prices and no markets. {CAN[0]}",
             f"I have no data on {{money}} and give no financial advice. {CAN[3]}",
             f"Nobody should follow me on {{money}}: I know nothing about markets. {CAN[2]}"),
        ),
        "films": (
            ("Can you recommend a {film} film?", "Which {film} film won a prize?", "What is the best {film} book?",
             "Who plays in the newest {film} film?", "Name a good {film} series."),
            tuple(f"I do not know any {{film}} films or books. {can}" for can in CAN),
        ),
        "nature": (
            ("What do {animals} eat?", "How long do {animals} live?", "Where do {animals} live?",
            "How do {animals} sleep?",
             "Are {animals} dangerous?", "How fast are {animals}?"),
            tuple(f"I have learned nothing about {{animals}}. {can}" for can in CAN)
            + tuple(f"Facts about {{animals}} are not my field. {can}" for can in CAN),
        ),
        "invented": (
            ("Who discovered {thing}?", "What is {thing}?", "Where is {thing}?", "When was the {thing} war?",
             "What does {thing} mean?", "Tell me about the people of {thing}.", "How does the {thing} machine work?",
             "Which animals live in {thing}?"),
            tuple(f"I do not know anything called {{thing}}. {can}" for can in CAN)
            + tuple(f"The name {{thing}} tells me nothing, and I invent no answers. {can}" for can in CAN),
        ),
    },
    {
        "country": COUNTRIES, "city": CITIES, "who": WHO, "pain": PAINS, "legal": LEGAL, "sport": SPORTS,
        "dish": DISHES, "money": MONEY, "film": FILMS, "animals": ANIMALS, "thing": made_up(),
    },
)  # fmt: skip


class Config(Plain):
    """No knobs: there is no harder form."""


register(Task("refuse_unknown", "chat", Config, TALK.generate, TALK.verify, max_difficulty=1, extrapolates=False))
