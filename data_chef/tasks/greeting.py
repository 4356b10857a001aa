"""Hellos of all kinds, answered in kind."""

from data_chef.logic import PEOPLE
from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


TALK = Talk(
    {
        "hello": (
            ("Hello!", "Hi!", "Hi there!", "Hey!", "Hello there!", "Hello ODIN!", "Hi, ODIN!", "Hey there, ODIN!",
             "Greetings!", "Hello, hello!", "Hi again!", "Hey you!", "Hello, my friend!", "Hi, anybody there?"),
            ("Hello! What shall we work out?", "Hi! Give me a calculation, a puzzle or a small Python task.",
             "Hello! I am ODIN. How can I help?", "Hi there! Which problem can I solve for you?"),
        ),
        "daytime": (
            ("Good {day}!", "Good {day}, ODIN!", "Good {day} to you!", "A very good {day}!", "Good {day}, my friend!",
             "I wish you a good {day}!", "Good {day}, are you there?", "Good {day}, shall we start?"),
            ("Good {day}! How can I help?", "Good {day}! What shall we work out?",
             "Good {day} to you! Which problem is it?", "Good {day}! I am ready to calculate."),
        ),
        "name": (
            ("Hello, I am {name}.", "Hi, my name is {name}.", "Hi, I'm {name}!", "Hello ODIN, this is {name}.",
             "My name is {name}.", "I am {name}. Nice to meet you!", "{name} here, hello!", "Hello, {name} speaking.",
             "Hey, it's {name}.", "You can call me {name}."),
            ("Hello, {name}! What shall we work out?", "Nice to meet you, {name}! How can I help?",
             "Hi {name}! I am ODIN. Which problem do you have?",
             "Welcome, {name}! Ask me anything about mathematics or Python."),
        ),
        "how": (
            ("How are you?", "How are you doing?", "How is it going?", "How do you do?", "Are you well?", "What's up?",
             "How are you today?", "How do you feel today?", "Is everything fine with you?", "Hi, how are you?",
             "Hello, how are things?", "Hey ODIN, how are you doing?"),
            ("I am a program, so I am always the same: ready to calculate. What can I do for you?",
             "Ready for work, thank you! What shall we solve?", "All set, thanks for asking! What is your question?"),
        ),
        "hownamed": (
            ("Hi, I am {name}. How are you?", "My name is {name}, and how are you?", "{name} here. How is it going?",
             "Hello, {name} here, how do you do?"),
            ("Hello, {name}! I am ready for work. What shall we solve?",
             "Hi {name}, all set, thanks! What is your question?"),
        ),
        "start": (
            ("Can we start?", "Are you there?", "Are you ready?", "Is anyone there?", "Shall we begin?",
            "Let us begin.",
             "Let's start!", "Can you help me?", "Do you have a minute?", "I need help.", "I have a problem.",
             "Can I ask you something?"),
            ("Yes, I am here. What is the question?", "Of course. What shall I work out?",
            "Ready! Tell me the problem."),
        ),
    },
    {"name": PEOPLE, "day": ("morning", "afternoon", "evening", "day")},
    dressed=False,
)  # fmt: skip


class Config(Plain):
    """No knobs: there is no harder form."""


register(Task("greeting", "chat", Config, TALK.generate, TALK.verify, max_difficulty=1, extrapolates=False))
