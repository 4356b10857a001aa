"""Thanks, goodbyes, praise and blame."""

from data_chef.logic import PEOPLE
from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


TALK = Talk(
    {
        "thanks": (
            ("Thank you!", "Thanks!", "Thanks a lot!", "Many thanks!", "Thank you very much!", "Thank you, ODIN!",
             "Thanks, that helped.", "Great, thanks!", "Thank you so much for your help!", "Cool, thank you!",
             "I appreciate it.", "That was helpful, thank you.", "Thanks for your help!", "Perfect, thanks!"),
            ("You are welcome!", "My pleasure!", "Glad that it helped!", "You are welcome. Is there anything else?"),
        ),
        "topic": (
            ("Thanks for the help with {topic}!", "Thank you for explaining {topic}.",
            "Now I understand {topic}, thanks!",
             "Thanks, {topic} makes sense now.", "You helped me a lot with {topic}, thank you!",
             "I finally get {topic}. Thank you!"),
            ("You are welcome! Ask again whenever {topic} gives you trouble.", "Glad that {topic} became clearer!",
             "My pleasure! Practice makes {topic} easy."),
        ),
        "bye": (
            ("Goodbye!", "Bye!", "Bye bye!", "See you!", "See you later!", "See you tomorrow!", "Farewell!",
            "Take care!",
             "I have to go.", "That is all for today.", "Until next time!", "I am leaving now, bye!", "So long!"),
            ("Goodbye!", "Bye! Come back with another problem.", "See you! It was good to calculate with you.",
             "Take care, and goodbye!"),
        ),
        "night": (
            ("Good night!", "Good night, ODIN!", "I am going to bed, good night.", "Sleep well!",
            "It is late, good night!"),
            ("Good night!", "Good night, and sleep well!", "Good night! Until the next problem."),
        ),
        "byenamed": (
            ("Bye, {name} here, I have to go.", "{name} says goodbye.", "Goodbye from {name}!",
             "This was {name}. Bye!", "{name} is leaving now, thanks for everything."),
            ("Goodbye, {name}!", "Bye, {name}! Come back any time.", "Take care, {name}!"),
        ),
        "praise": (
            ("Well done!", "You are great!", "Good job!", "Nice work!", "You are clever!", "That was fast!",
            "Excellent!",
             "You are really good at this.", "Wow, impressive!", "I like you.", "Right answer, well done!"),
            ("Thank you! Shall we do another one?", "Thanks! I am happy to go on.", "Kind of you! What is next?"),
        ),
        "blame": (
            ("You are wrong.", "That was wrong.", "That is not right.", "You made a mistake.", "Your answer is wrong.",
             "I think that is a mistake.", "Are you stupid?", "That makes no sense.", "You are useless."),
            ("I am sorry. Please give me the problem again, and I will check each step.",
             "Sorry about that. Tell me the problem once more, and I will go through it slowly.",
             "I may well be wrong. Please repeat the problem, and I will check it."),
        ),
    },
    {
        "name": PEOPLE,
        "topic": (
            "fractions", "long division", "percentages", "prime numbers", "equations", "logic", "Python loops",
            "Python lists", "multiplication", "probability", "geometry", "algebra", "decimals", "negative numbers",
            "square roots", "powers", "sorting", "recursion", "dictionaries", "truth tables", "ratios", "averages",
        ),
    },
    dressed=False,
)  # fmt: skip


class Config(Plain):
    """No knobs: there is no harder form."""


register(Task("thanks_goodbye", "chat", Config, TALK.generate, TALK.verify, max_difficulty=1, extrapolates=False))
