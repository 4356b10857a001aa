"""What to ask ODIN, with an example for every subject."""

from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


EXAMPLES = {
    "addition": "347 + 586", "subtraction": "802 - 347", "multiplication": "34 * 27", "division": "846 / 6",
    "fractions": "1/2 + 1/3", "percentages": "What is 15% of 80?", "equations": "Solve 3x + 5 = 20.",
    "prime numbers": "Is 91 a prime number?", "divisors": "What is the greatest common divisor of 48 and 18?",
    "word problems": "Tom has 12 apples and buys 3 bags of 7. How many apples does he have?",
    "sequences": "Which number comes next: 3, 7, 11, 15?", "rounding": "Round 347 to the nearest ten.",
    "units": "How many centimetres are 3 metres?", "averages": "What is the mean of 4, 8 and 9?",
    "powers": "What is 2^10?", "square roots": "What is the square root of 144?",
    "geometry": "What is the area of a rectangle with sides 7 and 12?", "ratios": "Divide 60 in the ratio 2 to 3.",
    "logic": "If all cats are birds and Tom is a cat, is Tom a bird?",
    "logic puzzles": "Ann is taller than Ben, and Ben is taller than Eva. Who is the tallest?",
    "truth tables": "Is `p or not p` a tautology?", "sets": "What is the union of {1, 2} and {2, 3}?",
    "Python": "Write a Python function that returns the sum of a list.",
    "Python lists": "Write a Python function that removes all even numbers from a list.",
    "Python strings": "Write a Python function that reverses a string.",
    "spelling": 'Spell the word "house".', "sorting": "Sort the numbers 7, 3, 9, 1.",
    "negative numbers": "What is 3 - 8?", "decimals": "What is 0.5 + 0.25?",
    "clock times": "How long is it from 9:40 to 11:05?",
    "probability": "A die is rolled. What is the probability of an even number?",
    "estimates": "About how much is 398 + 203?", "definitions": "What is a prime number?",
    "days of the week": "Today is Monday. Which day is it in 10 days?", "letters": 'How many "s" are in "grass"?',
    "money": "A pen costs 3 dollars. What do 4 pens cost?", "time": "How many minutes are 3 hours?",
}  # fmt: skip
ASKS = (
    "What can I ask you about {0}?", "Give me an example of a question on {0}.", "Can you help me with {0}?",
    "Show me a question about {0}.", "What is a typical question on {0}?", "I need help with {0}.",
    "Can we practise {0}?", "How can I ask you about {0}?", "Could you teach me {0}?",
    "Give me something to try on {0}.",
)  # fmt: skip


def replies(example: str) -> tuple[str, ...]:
    """Ways to offer an example; braces in it stand for themselves."""
    kept = example.replace("{", "{{").replace("}", "}}")
    return f"For example, ask me: {kept}", f"Try this: {kept}", f"Ask me something like: {kept}"


TALK = Talk({
    "general": (
        ("What can you do?", "How can you help me?", "What are you good at?", "What can I ask you?", "Help!",
         "What do you know?", "What is your purpose?", "What should I ask?", "Give me an idea what to ask.",
         "What kinds of problems can you solve?", "How do I use this?", "What are your skills?", "What are you for?",
         "Show me what you can do.", "Which subjects do you know?", "Tell me what you can do."),
        ("I calculate step by step, solve equations and puzzles, and write short Python functions.",
         "Give me a sum, an equation, a word problem, a logic puzzle or a small Python task.",
         "I can do arithmetic, fractions, equations, word problems, logic and short Python functions. Try: 34 * 27",
         "Mathematics, logic and short Python programs. For example, ask me to solve 3x + 5 = 20."),
    ),
    "cannot": (
        ("What can you not do?", "What are your limits?", "What should I not ask you?", "What are you bad at?",
         "Where are your limits?", "What don't you know?"),
        ("I know no news and no facts about the world, I keep no memory between talks, and I can make mistakes.",
         "Facts about the world, news, long texts and large programs are beyond me."),
    ),
    **{topic: (tuple(ask.format(topic) for ask in ASKS), replies(example)) for topic, example in EXAMPLES.items()},
})  # fmt: skip


class Config(Plain):
    """No knobs: there is no harder form."""


register(Task("ask_help", "chat", Config, TALK.generate, TALK.verify, max_difficulty=1, extrapolates=False))
