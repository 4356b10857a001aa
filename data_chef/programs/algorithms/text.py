"""Algorithms on strings: palindromes, ciphers, counting, splitting, checking."""

from itertools import groupby, takewhile

from data_chef.programs.algorithms.recipe import Recipe, ints, sentence, words


def a_word(rng, **_) -> tuple[str]:
    return (words(rng, 1, 1)[0],)


def mixed(rng, **_) -> tuple[str]:
    """A sentence with some capitals, digits and signs."""
    parts = [rng.choice((w, w.title(), w.upper(), str(rng.randint(0, 99)), w + rng.choice(",.!"))) for w in words(rng)]
    return (" ".join(parts),)


def a_sentence(rng, **_) -> tuple[str]:
    return (sentence(rng),)


def shuffled(rng, word: str) -> str:
    return "".join(rng.sample(word, len(word)))


def pair_of_words(rng, **_) -> tuple[str, str]:
    first, second = words(rng, 2, 2)
    return first, rng.choice((second, shuffled(rng, first), first[:3] + second[3:], shuffled(rng, first)[1:]))


def brackets(rng, kinds: str, **_) -> tuple[str]:
    """A balanced string of brackets, in half of the cases with one change."""
    pairs = [kinds[i : i + 2] for i in range(0, len(kinds), 2)]
    text = ""
    for _ in range(rng.randint(1, 4)):
        pair = rng.choice(pairs)
        text = rng.choice((pair[0] + text + pair[1], text + pair))
    if rng.random() < 0.6:
        i = rng.randrange(len(text))
        text = text[:i] + rng.choice(kinds) * rng.randint(0, 1) + text[i + 1 :]
    return (text,)


def balanced(text: str, kinds: str) -> bool:
    """By crossing out neighboring pairs."""
    while True:
        shorter = text
        for i in range(0, len(kinds), 2):
            shorter = shorter.replace(kinds[i : i + 2], "")
        if shorter == text:
            return not text
        text = shorter


def edits_between(a: str, b: str) -> int:
    if not a or not b:
        return len(a + b)
    if a[0] == b[0]:
        return edits_between(a[1:], b[1:])
    return 1 + min(edits_between(a[1:], b), edits_between(a, b[1:]), edits_between(a[1:], b[1:]))


T = "text/s/string/phrase"
W = "words/names/strings/terms"
RECIPES = (
    Recipe("is_palindrome", 1, "is_palindrome palindrome reads_backwards", "word/text/s", "str, bool",
        ("Return True if $word reads the same from both ends, otherwise False.",
         "Check whether $word is a palindrome."),
        ("""
         return $word == $word[::-1]
         """, """
         for $i in range(len($word) // 2):
             if $word[$i] != $word[-1 - $i]:
                 return False
         return True
         """, """
         $left, $right = 0, len($word) - 1
         while $left < $right:
             if $word[$left] != $word[$right]:
                 return False
             $left += 1
             $right -= 1
         return True
         """),
        lambda word: list(word) == list(reversed(word)),
        lambda rng: (rng.choice(("level", "noon", "abba", "otto", *words(rng, 2, 2))),),
        (("",), ("a",), ("ab",), ("abca",), ("abcda",), ("stats",)), phrase="palindromes"),
    Recipe("is_palindrome_text", 2, "is_palindrome_phrase palindromic_text", T, "str, bool",
        ("Return True if the letters of $text form a palindrome, otherwise False. Capitals count as small letters, "
         "and everything that is no letter is ignored.",),
        ("""
         letters = [$c.lower() for $c in $text if $c.isalpha()]
         return letters == letters[::-1]
         """, """
         cleaned = ""
         for $c in $text:
             if $c.isalpha():
                 cleaned += $c.lower()
         return cleaned == cleaned[::-1]
         """),
        lambda text: all(a == b for a, b in zip(*(2 * [list(filter(str.islower, text.casefold()))]), strict=True))
        and (s := "".join(filter(str.islower, text.casefold()))) == "".join(reversed(s)),
        lambda rng: (rng.choice(("No lemon, no melon", "Was it a rat I saw?", sentence(rng), "Step on no pets!")),),
        (("",), ("Ab, ba",), ("Abc",), ("2 x 3",))),
    Recipe("is_anagram", 1, "are_anagrams is_anagram same_letters", "first/a/word second/b/other", "str, str, bool",
        ("Return True if $first and $second consist of the same letters, each equally often, otherwise False.",
         "Check whether $first is an anagram of $second."),
        ("""
         return sorted($first) == sorted($second)
         """, """
         if len($first) != len($second):
             return False
         for $c in $first:
             if $first.count($c) != $second.count($c):
                 return False
         return True
         """),
        lambda first, second: all(first.count(c) == second.count(c) for c in first + second),
        lambda rng: (w := words(rng, 1, 1)[0], rng.choice((shuffled(rng, w), w[:-1] + "s", words(rng, 1, 1)[0]))),
        (("abc", "cab"), ("aab", "abb"), ("ab", "abb")),),
    Recipe("group_anagrams", 3, "group_anagrams anagram_groups collect_anagrams", W, "list[str], list[list[str]]",
        ("Group the $words that are anagrams of each other. Return the groups as lists, in the order in which each "
         "group's first word occurs.",),
        ("""
         groups = {}
         for $w in $words:
             $key = "".join(sorted($w))
             groups.setdefault($key, []).append($w)
         return list(groups.values())
         """, """
         groups = {}
         for $w in $words:
             $key = "".join(sorted($w))
             if $key not in groups:
                 groups[$key] = []
             groups[$key].append($w)
         return list(groups.values())
         """),
        lambda words: [[v for v in words if sorted(v) == sorted(w)] for i, w in enumerate(words)
                       if not any(sorted(v) == sorted(w) for v in words[:i])],
        lambda rng: (rng.choices(("tea", "eat", "ate", "dog", "god", "sun", "stop", "pots", "spot"), k=4),),
        (([],), (["ab", "c", "ba"],))),
    Recipe("caesar", 2, "caesar_cipher shift_letters encode", T, "str, str",
        ("Shift every small letter of $text by $k places in the alphabet, from z on to a. Other characters stay.",
         "Encode $text with a Caesar cipher that moves the letters a to z by $k places."),
        ("""
         $result = ""
         for $c in $text:
             if "a" <= $c <= "z":
                 $result += chr((ord($c) - ord("a") + $k) % 26 + ord("a"))
             else:
                 $result += $c
         return $result
         """, """
         alphabet = "abcdefghijklmnopqrstuvwxyz"
         $result = []
         for $c in $text:
             if $c in alphabet:
                 $c = alphabet[(alphabet.index($c) + $k) % 26]
             $result.append($c)
         return "".join($result)
         """),
        lambda text, k: text.translate({97 + i: 97 + (i + k) % 26 for i in range(26)}),
        lambda rng, k: (" ".join([*words(rng, 1, 3), rng.choice(("zoo", "xyz!", "A1", "lazy"))]),), (("",), ("abz "
                                                                                                             "A",)),
        {"k": range(1, 26)}),
    Recipe("atbash", 2, "mirror_alphabet atbash swap_alphabet", T, "str, str",
        ("Replace each small letter of $text by its mirror image in the alphabet: a by z, b by y and so on.",),
        ("""
         $result = ""
         for $c in $text:
             if "a" <= $c <= "z":
                 $result += chr(ord("a") + ord("z") - ord($c))
             else:
                 $result += $c
         return $result
         """,),
        lambda text: text.translate({97 + i: 122 - i for i in range(26)}), mixed, (("az B",),)),
    Recipe("count_vowels", 1, "count_$what number_of_$what", T, "str, int",
        ("Return the number of $what in $text, capital or small.", "Count the $what of $text."),
        ("""
         $count = 0
         for $c in $text.lower():
             if $test:
                 $count += 1
         return $count
         """, """
         return sum(1 for $c in $text.lower() if $test)
         """),
        lambda text, kind: sum(text.lower().count(c) for c in "abcdefghijklmnopqrstuvwxyz"
                               if (c in {*"aeiou"}) is (kind["what"] == "vowels")),
        mixed, (("",), ("Apple 12",)),
        {"kind": [{"what": "vowels", "test": '$c in "aeiou"'},
                  {"what": "consonants", "test": '$c.isalpha() and $c not in "aeiou"'}]}),
    Recipe("vowel_count", 1, "count_vowels vowel_count vowels_in", "word/text/s", "str, int",
        ("Return how many of the letters of $word are one of a, e, i, o and u.",),
        ("""
         $count = 0
         for $c in $word:
             if $c in "aeiou":
                 $count += 1
         return $count
         """, """
         return len([$c for $c in $word if $c in "aeiou"])
         """),
        lambda word: sum(map(word.count, "aeiou")), a_word, (("",), ("queue",)), phrase="number of vowels"),
    Recipe("distinct_letters", 1, "count_distinct different_letters distinct_count", "word/text/s", "str, int",
        ("Return the number of different characters in $word.",),
        ("""
         return len(set($word))
         """, """
         $seen = []
         for $c in $word:
             if $c not in $seen:
                 $seen.append($c)
         return len($seen)
         """),
        lambda word: sum(word.index(c) == i for i, c in enumerate(word)), a_word, (("",), ("aab",)),
        phrase="number of different letters"),
    Recipe("is_isogram", 2, "has_unique_letters is_isogram all_different", "word/text/s", "str, bool",
        ("Return True if no letter occurs twice in $word, otherwise False.",),
        ("""
         return len(set($word)) == len($word)
         """, """
         for $i, $c in enumerate($word):
             if $c in $word[$i + 1:]:
                 return False
         return True
         """),
        lambda word: max(map(word.count, word), default=1) == 1, a_word, (("",), ("abca",), ("abc",)),
        phrase="words without a repeated letter"),
    Recipe("run_length_encode", 2, "run_length_encode compress encode_runs", T, "str, str",
        ("Replace each run of equal characters in $text by the character and the length of the run, as in \"aab\" -> "
         "\"a2b1\".",),
        ("""
         $result = ""
         $i = 0
         while $i < len($text):
             length = 1
             while $i + length < len($text) and $text[$i + length] == $text[$i]:
                 length += 1
             $result += $text[$i] + str(length)
             $i += length
         return $result
         """, """
         from itertools import groupby
         return "".join($c + str(len(list(group))) for $c, group in groupby($text))
         """),
        lambda text: "".join(f"{c}{len([*g])}" for c, g in groupby(text)),
        lambda rng: ("".join(rng.choice("abc") * rng.randint(1, 4) for _ in range(rng.randint(1, 5))),),
        (("",), ("aab",), ("abc",))),
    Recipe("run_length_decode", 2, "run_length_decode expand decode_runs", T, "str, str",
        ("Expand $text, in which each letter is followed by a digit that says how often it is repeated: \"a2b1\" -> "
         "\"aab\".",),
        ("""
         $result = ""
         for $i in range(0, len($text), 2):
             $result += $text[$i] * int($text[$i + 1])
         return $result
         """,),
        lambda text: "".join(c for c, n in zip(text[::2], text[1::2], strict=True) for _ in range(int(n))),
        lambda rng: ("".join(rng.choice("xyzab") + str(rng.randint(1, 4)) for _ in range(rng.randint(1, 4))),),
        (("",), ("a2b1",))),
    Recipe("balanced", 2, "is_balanced brackets_match balanced_brackets", T, "str, bool",
        ("Return True if every bracket in $text, which holds only the characters $kinds, is closed by a matching one "
         "in the right order, otherwise False.",),
        ("""
         pairs = {$pairs}
         $stack = []
         for $c in $text:
             if $c in pairs:
                 if not $stack or $stack.pop() != pairs[$c]:
                     return False
             else:
                 $stack.append($c)
         return not $stack
         """,),
        lambda text, kind: balanced(text, kind["kinds"]), lambda rng, kind: brackets(rng, kind["kinds"]),
        (("",),),
        {"kind": [{"kinds": "()[]", "pairs": '")": "(", "]": "["'}, {"kinds": "(){}", "pairs": '")": "(", "}": "{"'},
                  {"kinds": "()[]{}", "pairs": '")": "(", "]": "[", "}": "{"'},
                  {"kinds": "[]<>", "pairs": '"]": "[", ">": "<"'}]}),
    Recipe("bracket_depth", 2, "max_depth deepest_bracket bracket_depth", T, "str, int",
        ("Return how many brackets are open at the same time at most in $text, whose round brackets are balanced.",),
        ("""
         depth = $best = 0
         for $c in $text:
             if $c == "(":
                 depth += 1
                 $best = max($best, depth)
             elif $c == ")":
                 depth -= 1
         return $best
         """,),
        lambda text: max((text[:i].count("(") - text[:i].count(")") for i in range(len(text) + 1)), default=0),
        lambda rng: ("".join(
            ["(" * (k := rng.randint(1, 3)) + rng.choice(("a", "b+c", "")) + ")" * k
             for _ in range(rng.randint(1, 3))]),),
        (("",), ("a+(b*(c+d))",), ("(a)(b)",))),
    Recipe("common_prefix", 2, "longest_common_prefix common_beginning shared_prefix", W, "list[str], str",
        ("Return the longest string with which all of $words begin.",),
        ("""
         prefix = $words[0]
         for $w in $words[1:]:
             while not $w.startswith(prefix):
                 prefix = prefix[:-1]
         return prefix
         """, """
         $result = ""
         for letters in zip(*$words):
             if len(set(letters)) > 1:
                 break
             $result += letters[0]
         return $result
         """),
        lambda words: max((words[0][:k] for k in range(len(words[0]) + 1)
                           if all(w[:k] == words[0][:k] for w in words)), key=len),
        lambda rng: ([start + w for start in [rng.choice(("in", "sun", "re", "over"))] for w in rng.choices(
            ("side", "sight", "sit", "set", "t"), k=rng.randint(2, 3))] if rng.random() < 0.8 else words(rng, 2, 3),),
        ((["abc"],), (["ab", "abc", "abd"],), (["a", "b"],))),
    Recipe("title_case", 1, "capitalize_words title_words start_with_capitals", T, "str, str",
        ("Return $text with the first letter of each word made a capital. Words are separated by single spaces.",),
        ("""
         $result = []
         for $w in $text.split():
             $result.append($w[0].upper() + $w[1:])
         return " ".join($result)
         """, """
         return " ".join($w.capitalize() for $w in $text.split())
         """),
        lambda text: "".join(c.upper() if i == 0 or text[i - 1] == " " else c for i, c in enumerate(text)),
        a_sentence, (("one",), ("a bc",))),
    Recipe("acronym", 1, "acronym initials first_letters", T, "str, str",
        ("Return the first letters of the words in $text as $kind letters, without spaces.",),
        ("""
         $result = ""
         for $w in $text.split():
             $result += $w[0].$method()
         return $result
         """, """
         return "".join($w[0] for $w in $text.split()).$method()
         """),
        lambda text, kind: "".join(getattr(c, kind["method"])() for i, c in enumerate(" " + text)
                                   if i and (" " + text)[i - 1] == " "),
        lambda rng, kind: (" ".join(rng.choice((w, w.title())) for w in words(rng, 2, 5)),), (("",), ("One two",)),
        {"kind": [{"kind": "capital", "method": "upper"}, {"kind": "small", "method": "lower"}]}),
    Recipe("reverse_words", 1, "reverse_words reverse_each_word turn_words", T, "str, str",
        ("Reverse each word of $text, but leave the words in their places. Words are separated by single spaces.",),
        ("""
         return " ".join($w[::-1] for $w in $text.split())
         """, """
         $result = []
         for $w in $text.split(" "):
             $result.append("".join(reversed($w)))
         return " ".join($result)
         """),
        lambda text: " ".join(reversed(text[::-1].split(" "))), a_sentence, (("",), ("abc de",))),
    Recipe("word_order", 1, "reverse_word_order last_word_first flip_sentence", T, "str, str",
        ("Return $text with its words in reverse order, separated by single spaces.",),
        ("""
         return " ".join($text.split()[::-1])
         """, """
         $result = []
         for $w in $text.split():
             $result.insert(0, $w)
         return " ".join($result)
         """),
        lambda text: "".join(w if w == " " else w[::-1] for k, g in groupby(text[::-1], str.isspace)
                             for w in ["".join(g)]),
        a_sentence, (("",), ("one two three",))),
    Recipe("word_count", 2, "word_counts count_words word_frequencies", T, "str, dict[str, int]",
        ("Return a dictionary that says how often each word occurs in $text.",),
        ("""
         $counts = {}
         for $w in $text.split():
             $counts[$w] = $counts.get($w, 0) + 1
         return $counts
         """, """
         $counts = {}
         for $w in $text.split():
             if $w in $counts:
                 $counts[$w] += 1
             else:
                 $counts[$w] = 1
         return $counts
         """, """
         from collections import Counter
         return dict(Counter($text.split()))
         """),
        lambda text: {w: text.split().count(w) for w in text.split()},
        lambda rng: (" ".join(rng.choices(words(rng, 2, 3), k=rng.randint(2, 5))),), (("",), ("a b a",))),
    Recipe("letter_count", 1, "letter_counts count_characters histogram_of", "word/text/s", "str, dict[str, int]",
        ("Return a dictionary with each character of $word and the number of times it occurs.",),
        ("""
         $counts = {}
         for $c in $word:
             if $c not in $counts:
                 $counts[$c] = 0
             $counts[$c] += 1
         return $counts
         """, """
         return {$c: $word.count($c) for $c in $word}
         """),
        lambda word: {c: len(word.split(c)) - 1 for c in sorted(set(word))}, a_word, (("",), ("abca",))),
    Recipe("most_common_word", 2, "most_common_$unit favorite_$unit top_$unit", T, "str, str",
        ("Return the $unit that occurs most often in $text, and the alphabetically first one if there are several.",),
        ("""
         parts = $split
         return min(parts, key=lambda p: (-parts.count(p), p))
         """, """
         $best = ""
         parts = $split
         for $x in sorted(set(parts)):
             if not $best or parts.count($x) > parts.count($best):
                 $best = $x
         return $best
         """),
        lambda text, way: min((-n, k) for k, n in ((p, (text.split() if way["unit"] == "word" else [*text]).count(p))
                                                   for p in (text.split() if way["unit"] == "word" else text)))[1],
        lambda rng, way: (" ".join(rng.choices(words(rng, 2, 3), k=5)) if way["unit"] == "word" else
                          "".join(rng.choices("banter", k=7)),), (("b a b",), ("x",), ("b a",)),
        {"way": [{"unit": "word", "split": "$text.split()"}, {"unit": "character", "split": "list($text)"}]}),
    Recipe("hamming", 1, "hamming_distance count_differences positions_that_differ", "first/a second/b",
        "str, str, int",
        ("Return the number of positions at which the equally long strings $first and $second differ.",),
        ("""
         $count = 0
         for x, y in zip($first, $second):
             if x != y:
                 $count += 1
         return $count
         """, """
         return sum(1 for $i in range(len($first)) if $first[$i] != $second[$i])
         """),
        lambda first, second: len(first) - sum(a == b for a, b in zip(first, second, strict=True)),
        lambda rng: (w := words(rng, 1, 1)[0], "".join(rng.choice((c, "e", "o")) for c in w)),
        (("", ""), ("abc", "abd"))),
    Recipe("edit_distance", 4, "edit_distance levenshtein changes_needed", "first/a/source second/b/target",
        "str, str, int",
        ("Return the smallest number of single letters to insert, delete or replace that turns $first into $second.",),
        ("""
         $row = list(range(len($second) + 1))
         for $i, x in enumerate($first, 1):
             previous, $row[0] = $row[0], $i
             for $j, y in enumerate($second, 1):
                 change = previous + (x != y)
                 previous = $row[$j]
                 $row[$j] = min($row[$j] + 1, $row[$j - 1] + 1, change)
         return $row[-1]
         """,),
        edits_between, lambda rng: (w := words(rng, 1, 1)[0][:5], rng.choice((w[1:], w[:2] + "a" + w[2:],
                                                                           words(rng, 1, 1)[0][:5]))),
        (("", "ab"), ("cat", "cart"), ("same", "same"))),
    Recipe("common_subsequence", 4, "common_subsequence_length longest_common_subsequence", "first/a second/b",
        "str, str, int",
        ("Return the length of the longest string that can be obtained from both $first and $second by deleting "
         "letters.",),
        ("""
         table = [[0] * (len($second) + 1) for _ in range(len($first) + 1)]
         for $i, x in enumerate($first):
             for $j, y in enumerate($second):
                 if x == y:
                     table[$i + 1][$j + 1] = table[$i][$j] + 1
                 else:
                     table[$i + 1][$j + 1] = max(table[$i][$j + 1], table[$i + 1][$j])
         return table[-1][-1]
         """,),
        lambda first, second: max(len(s) for s in subsequences(first) & subsequences(second)),
        lambda rng: tuple(w[:6] for w in words(rng, 2, 2)), (("", "a"), ("abcd", "acbd"), ("aa", "a"))),
    Recipe("is_subsequence", 2, "is_subsequence hidden_in can_be_found", "part/word/short text/s/long",
        "str, str, bool",
        ("Return True if the letters of $part occur in $text in the same order, perhaps with others between them, "
         "otherwise False.",),
        ("""
         $i = 0
         for $c in $text:
             if $i < len($part) and $c == $part[$i]:
                 $i += 1
         return $i == len($part)
         """, """
         rest = iter($text)
         return all($c in rest for $c in $part)
         """),
        lambda part, text: part in subsequences(text),
        lambda rng: ((w := words(rng, 1, 1)[0])[:: rng.choice((-1, 1))][:: rng.choice((2, 3))], w),
        (("", "a"), ("ace", "abcde"), ("aec", "abcde"), ("abb", "ab"))),
    Recipe("remove_vowels", 1, "remove_$what drop_$what without_$what", T, "str, str",
        ("Return $text without its $what.",),
        ("""
         $result = ""
         for $c in $text:
             if $c not in "$signs":
                 $result += $c
         return $result
         """, """
         return "".join($c for $c in $text if $c not in "$signs")
         """),
        lambda text, kind: text.translate(dict.fromkeys(map(ord, kind["signs"]))), mixed, (("",), ("Oh, 12 apples!",)),
        {"kind": [{"what": "vowels", "signs": "aeiouAEIOU"}, {"what": "punctuation", "signs": ",.!?"},
                  {"what": "digits", "signs": "0123456789"}, {"what": "spaces", "signs": " "}]}),
    Recipe("swap_case", 1, "swap_case invert_case flip_case", T, "str, str",
        ("Return $text with small letters made capital and capital letters made small.",),
        ("""
         $result = ""
         for $c in $text:
             if $c.isupper():
                 $result += $c.lower()
             else:
                 $result += $c.upper()
         return $result
         """, """
         return $text.swapcase()
         """),
        lambda text: "".join(chr(ord(c) ^ 32) if c.isalpha() else c for c in text), mixed, (("",), ("aB 1",))),
    Recipe("sum_of_numbers_in_text", 2, "sum_of_$kind add_$kind total_of_$kind", T, "str, int",
        ("Return the sum of all the $what in $text.",),
        ("""
         $total = 0
         for $x in $parts:
             if $x.isdigit():
                 $total += int($x)
         return $total
         """,),
        lambda text, way: sum(map(int, text.split() if way["kind"] == "numbers" else filter(str.isdigit, text)))
        if way["kind"] == "digits" else sum(int(p) for p in text.split() if set(p) <= set("0123456789")),
        mixed, (("",), ("3 apples and 12 pears",)),
        {"way": [{"kind": "digits", "what": "digits", "parts": "$text"},
                 {"kind": "numbers", "what": "whole numbers that stand between spaces", "parts": "$text.split()"}]}),
    Recipe("letter_value", 1, "word_value letter_sum score_word", "word/text/s", "str, int",
        ("Return the sum of the values of the small letters in $word, where a counts $k, b $next and so on.",),
        ("""
         $total = 0
         for $c in $word:
             $total += ord($c) - ord("a") + $k
         return $total
         """, """
         alphabet = "abcdefghijklmnopqrstuvwxyz"
         return sum(alphabet.index($c) + $k for $c in $word)
         """),
        lambda word, start: sum((i + start["k"]) * word.count(chr(97 + i)) for i in range(26)), a_word,
        (("",), ("abz",)), {"start": [{"k": k, "next": k + 1} for k in (1, 2, 3, 5, 10)]}),
    Recipe("is_pangram", 2, "uses_all_letters contains_all has_every_letter", T, "str, bool",
        ("Return True if $text contains each of the letters $letters at least once, otherwise False.",),
        ("""
         for $c in "$letters":
             if $c not in $text:
                 return False
         return True
         """, """
         return all($c in $text for $c in "$letters")
         """),
        lambda text, letters: set(letters) <= set(text),
        lambda rng, letters: ("".join(rng.sample(letters + "xyo", rng.randint(len(letters), len(letters) + 3))),),
        (("",), ("sabotaged rein",), ("tbca",)), {"letters": ("abc", "aei", "tra", "sed", "one", "abe")}),
    Recipe("first_unique", 2, "first_unique_letter first_single only_once", "word/text/s", "str, str | None",
        ("Return the first character of $word that occurs only once in it, or None if there is none.",),
        ("""
         for $c in $word:
             if $word.count($c) == 1:
                 return $c
         return None
         """, """
         $counts = {}
         for $c in $word:
             $counts[$c] = $counts.get($c, 0) + 1
         for $c in $word:
             if $counts[$c] == 1:
                 return $c
         return None
         """),
        lambda word: next((c for i, c in enumerate(word) if c not in word[:i] + word[i + 1:]), None),
        lambda rng: ("".join(rng.choices("abcde", k=rng.randint(2, 7))),), (("",), ("aab",), ("abab",))),
    Recipe("first_repeated", 2, "first_repeated first_double seen_twice", "word/text/s", "str, str | None",
        ("Go through $word from the left and return the first character that has occurred before, or None.",),
        ("""
         $seen = set()
         for $c in $word:
             if $c in $seen:
                 return $c
             $seen.add($c)
         return None
         """,),
        lambda word: next((c for i, c in enumerate(word) if c in word[:i]), None),
        lambda rng: ("".join(rng.choices("abcdefgh", k=rng.randint(2, 7))),), (("",), ("abba",), ("abc",))),
    Recipe("longest_word", 1, "$long_word find_$long_word pick_$long", T, "str, str",
        ("Return the $long word of $text, and the first one if there are several.",),
        ("""
         $best = ""
         for $w in $text.split():
             if not $best or len($w) $op len($best):
                 $best = $w
         return $best
         """, """
         return $function($text.split(), key=len)
         """),
        lambda text, way: sorted(text.split(), key=lambda w: len(w) * (-1 if way["op"] == ">" else 1))[0], a_sentence,
        (("a bc de f",), ("one",)),
        {"way": [{"long": "longest", "op": ">", "function": "max", "long_word": "longest_word"},
                 {"long": "shortest", "op": "<", "function": "min", "long_word": "shortest_word"}]}),
    Recipe("zigzag_case", 2, "alternate_case zigzag_case up_and_down", T, "str, str",
        ("Return $text with the characters at $which positions as capitals and the others as small letters. Positions "
         "count from 0.",),
        ("""
         $result = ""
         for $i, $c in enumerate($text):
             if $i % 2 == $rest:
                 $result += $c.upper()
             else:
                 $result += $c.lower()
         return $result
         """,),
        lambda text, way: "".join(a + b for a, b in zip(
            (text + " ")[::2].upper() if way["rest"] == 0 else (text + " ")[::2].lower(),
            (text + "  ")[1::2].lower() if way["rest"] == 0 else (text + "  ")[1::2].upper(),
                strict=False))[:len(text)],
        mixed, (("",), ("ABcd e",)),
        {"way": [{"which": "even", "rest": 0}, {"which": "odd", "rest": 1}]}),
    Recipe("snake_to_camel", 2, "snake_to_camel to_camel_case camel_case", "name/text/s", "str, str",
        ("Turn $name from snake_case into camelCase: remove each underscore and make the letter after it a capital.",),
        ("""
         parts = $name.split("_")
         return parts[0] + "".join(part.capitalize() for part in parts[1:])
         """, """
         $result = ""
         for $i, $c in enumerate($name):
             if $c == "_":
                 continue
             if $i > 0 and $name[$i - 1] == "_":
                 $c = $c.upper()
             $result += $c
         return $result
         """),
        lambda name: "".join(c.upper() if i and name[i - 1] == "_" else c for i, c in enumerate(name) if c != "_"),
        lambda rng: ("_".join(words(rng, 1, 3)),), (("x",), ("max_value",))),
    Recipe("camel_to_snake", 2, "camel_to_snake to_snake_case snake_case", "name/text/s", "str, str",
        ("Turn $name from camelCase into snake_case: put an underscore before each capital and make it small.",),
        ("""
         $result = ""
         for $c in $name:
             if $c.isupper():
                 $result += "_" + $c.lower()
             else:
                 $result += $c
         return $result
         """, """
         import re
         return re.sub("[A-Z]", lambda found: "_" + found.group().lower(), $name)
         """),
        lambda name: name.translate({65 + i: "_" + chr(97 + i) for i in range(26)}),
        lambda rng: ((w := words(rng, 1, 3))[0] + "".join(map(str.title, w[1:])),), (("x",), ("maxValue",))),
    Recipe("valid_password", 2, "is_strong_password check_password good_password", "password/text/s", "str, bool",
        ("Return True if $password has at least $k characters, a digit and a capital letter, otherwise False.",),
        ("""
         if len($password) < $k:
             return False
         has_digit = any($c.isdigit() for $c in $password)
         has_capital = any($c.isupper() for $c in $password)
         return has_digit and has_capital
         """, """
         digits = capitals = 0
         for $c in $password:
             if $c.isdigit():
                 digits += 1
             elif $c.isupper():
                 capitals += 1
         return len($password) >= $k and digits > 0 and capitals > 0
         """),
        lambda password, k: password[k - 1:] != "" and password.lower() != password
        and set(password) & set("0123456789") != set(),
        lambda rng, k: ("".join(rng.choice(("a", "b", "C", "7", "x", "Z")) for _ in range(rng.randint(k - 1,
            k + 2))),),
        (("",), ("Abcdef1",), ("Abcdefgh12xy",), ("abcdefgh12xy",), ("Abcdefghijkl",)), {"k": range(5, 11)}),
    Recipe("count_substring", 2, "count_occurrences overlapping_count times_found", "text/s/long part/word/short",
        "str, str, int",
        ("Return how often $part occurs in $text, overlapping occurrences included.",),
        ("""
         $count = 0
         for $i in range(len($text) - len($part) + 1):
             if $text[$i:$i + len($part)] == $part:
                 $count += 1
         return $count
         """, """
         return sum($text.startswith($part, $i) for $i in range(len($text)))
         """),
        lambda text, part: sum(text[:i].endswith(part) for i in range(len(text) + 1)),
        lambda rng: ("".join(rng.choices("ab", k=rng.randint(3, 9))), rng.choice(("a", "ab", "aa", "aba"))),
        (("", "a"), ("aaaa", "aa"), ("ab", "ab"))),
    Recipe("pad", 1, "pad_$side fill_$side stretch_$side", f"{T} width/size/length", "str, int, str",
        ("Put the character \"$sign\" on the $side of $text until it has $width characters. Longer strings stay.",),
        ("""
         while len($text) < $width:
             $text = $step
         return $text
         """, """
         missing = max(0, $width - len($text))
         return $once
         """),
        lambda text, width, way, sign: (text.rjust if way["side"] == "left" else text.ljust)(width, sign),
        lambda rng, way, sign: (words(rng, 1, 1)[0], rng.randint(3, 9)), (("", 2), ("abc", 3), ("abcd", 2)),
        {"way": [{"side": "left", "step": '"$sign" + $text', "once": '"$sign" * missing + $text'},
                 {"side": "right", "step": '$text + "$sign"', "once": '$text + "$sign" * missing'}],
         "sign": ("*", "-", ".", "0", "#")}),
    Recipe("split_on", 3, "split_at cut_at pieces_between", T, "str, list[str]",
        ("Split $text at each \"$sign\" and return the pieces, empty ones included, without calling split.",),
        ("""
         pieces = []
         part = ""
         for $c in $text:
             if $c == "$sign":
                 pieces.append(part)
                 part = ""
             else:
                 part += $c
         pieces.append(part)
         return pieces
         """,),
        lambda text, sign: text.split(sign),
        lambda rng, sign: (sign.join(rng.choice((w, w[:2], "")) for w in words(rng, 1, 4)),), (("",), ("ab",)),
        {"sign": (",", ";", "-", "/", ":")}),
    Recipe("leading", 1, "count_leading leading_$name how_many_first", T, "str, int",
        ("Return how many times \"$sign\" stands at the beginning of $text.",),
        ("""
         $count = 0
         while $count < len($text) and $text[$count] == "$sign":
             $count += 1
         return $count
         """, """
         return len($text) - len($text.lstrip("$sign"))
         """),
        lambda text, mark: len(list(takewhile(mark["sign"].__eq__, text))),
        lambda rng, mark: (mark["sign"] * rng.randint(0, 3) + words(rng, 1, 1)[0] + mark["sign"],), (("",),),
        {"mark": [{"sign": "*", "name": "stars"}, {"sign": "#", "name": "hashes"}, {"sign": "-", "name": "dashes"},
                  {"sign": " ", "name": "spaces"}]}),
    Recipe("histogram", 2, "histogram bar_lines draw_bars", "numbers/values/counts", "list[int], str",
        ("Return one line for each number in $numbers: the number, a space and that many \"$sign\" signs. The lines "
         "are joined by newlines.",),
        ("""
         lines = []
         for $n in $numbers:
             lines.append(str($n) + " " + "$sign" * $n)
         return "\\n".join(lines)
         """, """
         return "\\n".join(f"{$n} {'$sign' * $n}" for $n in $numbers)
         """),
        lambda numbers, sign: "".join(f"\n{n} " + "".join(sign for _ in range(n)) for n in numbers)[1:],
        lambda rng, sign: (ints(rng, 1, 5, 1, 4),), (([2, 3],),), {"sign": ("*", "#", "=", "o")}),
    Recipe("fizz", 1, "$word_a$word_b fizz_list replace_multiples", "limit/n/top", "int, list[str]",
        ("Return the numbers from 1 to $limit as strings, with \"$word_a\" in place of multiples of $p, \"$word_b\" "
         "in "
         "place of multiples of $q, and \"$word_a$word_b\" in place of multiples of both.",),
        ("""
         $result = []
         for $i in range(1, $limit + 1):
             if $i % $p == 0 and $i % $q == 0:
                 $result.append("$word_a$word_b")
             elif $i % $p == 0:
                 $result.append("$word_a")
             elif $i % $q == 0:
                 $result.append("$word_b")
             else:
                 $result.append(str($i))
         return $result
         """, """
         $result = []
         for $i in range(1, $limit + 1):
             part = ""
             if $i % $p == 0:
                 part += "$word_a"
             if $i % $q == 0:
                 part += "$word_b"
             $result.append(part or str($i))
         return $result
         """),
        lambda limit, p, q, pair: [pair["word_a"] * (i % p == 0) + pair["word_b"] * (i % q == 0)
                                   or str(i) for i in range(1, limit + 1)],
        lambda rng, p, q, pair: (rng.randint(1, 12),), ((0,), (15,)),
        {"p": (2, 3, 4), "q": (5, 7), "pair": [{"word_a": "fizz", "word_b": "buzz"},
                                               {"word_a": "tick", "word_b": "tock"},
                                               {"word_a": "ping", "word_b": "pong"}]}),
)  # fmt: skip


def subsequences(text: str) -> set[str]:
    return {""} if not text else {s + t for s in ("", text[0]) for t in subsequences(text[1:])}
