"""Algorithms on lists: searching, sorting, two pointers, running values, sets, queues."""

from collections import Counter
from itertools import accumulate, combinations, groupby
from statistics import median

from data_chef.programs.algorithms.recipe import Recipe, ints, words


def stable(values: list) -> list:
    """Sorted by counting how many are smaller."""
    result: list = [None] * len(values)
    for i, x in enumerate(values):
        result[sum(y < x for y in values) + values[:i].count(x)] = x
    return result


def runs(values: list) -> list[tuple]:
    return [(key, len(list(group))) for key, group in groupby(values)]


def some(rng, **_) -> tuple[list[int]]:
    return (ints(rng, 0, 15),)


def signed(rng, **_) -> tuple[list[int]]:
    return (ints(rng, -9, 9),)


def dense(rng, **_) -> tuple[list[int]]:
    return (ints(rng, 1, 5, 2, 9),)


def two(rng, **_) -> tuple[list[int], list[int]]:
    return ints(rng, 0, 9, 0, 6), ints(rng, 0, 9, 0, 6)


def bits(rng, **_) -> tuple[list[int]]:
    return ([rng.choice((0, 1, 1, 2)) for _ in range(rng.randint(3, 12))],)


def ordered_and_target(rng, **_) -> tuple[list[int], int]:
    values = sorted(rng.sample(range(30), rng.randint(1, 8)))
    return values, rng.choice((rng.choice(values), rng.randint(0, 30)))


def flat(nested) -> list:
    return [n for part in nested for n in (flat(part) if isinstance(part, list) else [part])]


def nested_list(rng, depth: int = 2, **_) -> list:
    return [nested_list(rng, depth - 1) if depth and rng.random() < 0.4 else rng.randint(0, 9)
            for _ in range(rng.randint(1, 3))]  # fmt: skip


COMPARE = [
    {"op": "<", "order": "ascending"},
    {"op": ">", "order": "descending"},
]
V = "numbers/values/nums/items"
TYPES = "list[int], list[int]"
RECIPES = (
    Recipe("linear_search", 1, "find_index index_of position_of", f"{V} target/x/wanted", "list[int], int, int",
        ("Return the index of the first $target in $numbers, or -1 if it does not occur.",
         "Search $numbers from the left for $target and return its index, or -1 when it is missing."),
        ("""
         for $i in range(len($numbers)):
             if $numbers[$i] == $target:
                 return $i
         return -1
         """, """
         for $i, $n in enumerate($numbers):
             if $n == $target:
                 return $i
         return -1
         """),
        lambda numbers, target: numbers.index(target) if target in numbers else -1,
        lambda rng: (ints(rng, 0, 9, 1, 8), rng.randint(0, 9)), (([], 3), ([4, 5, 4], 4), ([1, 2, 3], 3))),
    Recipe("last_index", 1, "last_index last_position find_last", f"{V} target/x/wanted", "list[int], int, int",
        ("Return the index of the last $target in $numbers, or -1 if it does not occur.",),
        ("""
         for $i in range(len($numbers) - 1, -1, -1):
             if $numbers[$i] == $target:
                 return $i
         return -1
         """, """
         $result = -1
         for $i, $n in enumerate($numbers):
             if $n == $target:
                 $result = $i
         return $result
         """),
        lambda numbers, target: max((i for i, n in enumerate(numbers) if n == target), default=-1),
        lambda rng: (ints(rng, 0, 6, 1, 8), rng.randint(0, 6)), (([], 3), ([4, 5, 4], 4), ([3, 2], 3))),
    Recipe("binary_search", 2, "binary_search find_sorted search_sorted", f"{V} target/x/wanted",
        "list[int], int, int",
        ("Return the index of $target in the sorted list $numbers, or -1 if it is not there.",
         "Search the ascending list $numbers for $target by halving the range, and return its index or -1."),
        ("""
         $left = 0
         $right = len($numbers) - 1
         while $left <= $right:
             $mid = ($left + $right) // 2
             if $numbers[$mid] == $target:
                 return $mid
             if $numbers[$mid] < $target:
                 $left = $mid + 1
             else:
                 $right = $mid - 1
         return -1
         """,),
        lambda numbers, target: numbers.index(target) if target in numbers else -1, ordered_and_target,
        (([], 1), ([2, 4, 6, 8], 8), ([2, 4, 6], 2), ([1, 3], 2))),
    Recipe("insert_position", 2, "insert_position where_to_insert insertion_index", f"{V} target/x/new",
        "list[int], int, int",
        ("Return the index at which $target must be inserted to keep the ascending list $numbers sorted. Equal "
         "numbers stay to the right of it.",),
        ("""
         $left, $right = 0, len($numbers)
         while $left < $right:
             $mid = ($left + $right) // 2
             if $numbers[$mid] < $target:
                 $left = $mid + 1
             else:
                 $right = $mid
         return $left
         """, """
         import bisect
         return bisect.bisect_left($numbers, $target)
         """),
        lambda numbers, target: sum(n < target for n in numbers), ordered_and_target,
        (([], 1), ([2, 4, 6, 8], 9), ([2, 4, 6], 4), ([1, 3], 0))),
    Recipe("bubble_sort", 2, "bubble_sort sort_by_swapping sort_numbers", V, TYPES,
        ("Return $numbers sorted in $order order, using bubble sort.",
         "Sort $numbers in $order order by swapping neighbors, and return the list."),
        ("""
         for $i in range(len($numbers)):
             for $j in range(len($numbers) - 1 - $i):
                 if $numbers[$j + 1] $op $numbers[$j]:
                     $numbers[$j], $numbers[$j + 1] = $numbers[$j + 1], $numbers[$j]
         return $numbers
         """, """
         swapped = True
         while swapped:
             swapped = False
             for $i in range(1, len($numbers)):
                 if $numbers[$i] $op $numbers[$i - 1]:
                     $numbers[$i - 1], $numbers[$i] = $numbers[$i], $numbers[$i - 1]
                     swapped = True
         return $numbers
         """),
        lambda numbers, way: stable(numbers)[:: 1 if way["op"] == "<" else -1], some, (([],), ([2, 1],), ([3, 3, 1],)),
        {"way": COMPARE}),
    Recipe("selection_sort", 2, "selection_sort sort_by_selection arrange", V, TYPES,
        ("Return a new list with $numbers in $order order, using selection sort.",),
        ("""
         $result = list($numbers)
         for $i in range(len($result)):
             $best = $i
             for $j in range($i + 1, len($result)):
                 if $result[$j] $op $result[$best]:
                     $best = $j
             $result[$i], $result[$best] = $result[$best], $result[$i]
         return $result
         """, """
         rest = list($numbers)
         $result = []
         while rest:
             chosen = rest[0]
             for $n in rest:
                 if $n $op chosen:
                     chosen = $n
             rest.remove(chosen)
             $result.append(chosen)
         return $result
         """),
        lambda numbers, way: stable(numbers)[:: 1 if way["op"] == "<" else -1], some, (([],), ([2, 1],), ([3, 3, 1],)),
        {"way": COMPARE}),
    Recipe("insertion_sort", 2, "insertion_sort sort_by_insertion sort_list", V, TYPES,
        ("Return a new list with $numbers in $order order, using insertion sort.",
         "Sort $numbers in $order order by inserting each number into a list that is already sorted."),
        ("""
         $result = []
         for $n in $numbers:
             $i = 0
             while $i < len($result) and not $n $op $result[$i]:
                 $i += 1
             $result.insert($i, $n)
         return $result
         """, """
         $result = list($numbers)
         for $i in range(1, len($result)):
             $j = $i
             while $j > 0 and $result[$j] $op $result[$j - 1]:
                 $result[$j - 1], $result[$j] = $result[$j], $result[$j - 1]
                 $j -= 1
         return $result
         """),
        lambda numbers, way: stable(numbers)[:: 1 if way["op"] == "<" else -1], some, (([],), ([2, 1],), ([3, 3, 1],)),
        {"way": COMPARE}),
    Recipe("merge_sorted", 2, "merge_sorted merge combine_sorted", "first/a/left second/b/right",
        "list[int], list[int], list[int]",
        ("Merge the sorted lists $first and $second into one sorted list.",
         "Return one ascending list with all the elements of the ascending lists $first and $second."),
        ("""
         $result = []
         $i = $j = 0
         while $i < len($first) and $j < len($second):
             if $first[$i] <= $second[$j]:
                 $result.append($first[$i])
                 $i += 1
             else:
                 $result.append($second[$j])
                 $j += 1
         return $result + $first[$i:] + $second[$j:]
         """,),
        lambda first, second: stable(second + first), lambda rng: tuple(map(sorted, two(rng))),
        (([], [1]), ([2, 3], [1, 4]), ([1, 1], [1]))),
    Recipe("merge_sort", 4, "merge_sort sort_by_merging", V, TYPES,
        ("Return a sorted copy of $numbers, using merge sort.",
         "Sort $numbers by sorting each half and merging the halves."),
        ("""
         if len($numbers) <= 1:
             return $numbers[:]
         $mid = len($numbers) // 2
         $left = $f($numbers[:$mid])
         $right = $f($numbers[$mid:])
         $result = []
         while $left and $right:
             if $left[0] <= $right[0]:
                 $result.append($left.pop(0))
             else:
                 $result.append($right.pop(0))
         return $result + $left + $right
         """,),
        stable, some, (([],), ([2, 1],), ([5, 3, 4, 1, 2],))),
    Recipe("quicksort", 4, "quicksort quick_sort", V, TYPES,
        ("Return a sorted copy of $numbers, using quicksort with the first element as the pivot.",),
        ("""
         if not $numbers:
             return []
         pivot = $numbers[0]
         smaller = [$n for $n in $numbers[1:] if $n < pivot]
         larger = [$n for $n in $numbers[1:] if $n >= pivot]
         return $f(smaller) + [pivot] + $f(larger)
         """,),
        stable, some, (([],), ([2, 1],), ([3, 3, 1],))),
    Recipe("is_sorted", 1, "is_sorted in_order is_$order", V, "list[int], bool",
        ("Return True if $numbers are in $order order (equal neighbors are allowed), otherwise False.",),
        ("""
         for $i in range(1, len($numbers)):
             if $numbers[$i] $op $numbers[$i - 1]:
                 return False
         return True
         """, """
         return all(not b $op a for a, b in zip($numbers, $numbers[1:]))
         """),
        lambda numbers, way: numbers == stable(numbers)[:: 1 if way["op"] == "<" else -1],
        lambda rng, way: (sorted(ints(rng, 0, 9, 1, 5), reverse=way["op"] == ">") + ints(rng, 0, 9, 0, 1),),
        (([],), ([4],), ([1, 2, 2],), ([2, 2, 1],)), {"way": COMPARE}),
    Recipe("has_pair_sum", 2, "has_pair_with_sum pair_sum_exists two_add_up", f"{V} target/total/wanted",
        "list[int], int, bool",
        ("Return True if two numbers at different positions of $numbers add up to $target, otherwise False.",),
        ("""
         $seen = set()
         for $n in $numbers:
             if $target - $n in $seen:
                 return True
             $seen.add($n)
         return False
         """, """
         for $i in range(len($numbers)):
             for $j in range($i + 1, len($numbers)):
                 if $numbers[$i] + $numbers[$j] == $target:
                     return True
         return False
         """),
        lambda numbers, target: target in map(sum, combinations(numbers, 2)),
        lambda rng: (ints(rng, 0, 9, 2, 5), rng.randint(3, 14)), (([], 0), ([4], 8), ([4, 4], 8), ([1, 2, 3], 5))),
    Recipe("pair_indices", 3, "find_pair pair_with_sum pair_positions", f"{V} target/total/goal",
        "list[int], int, list[int]",
        ("Return the first pair of positions [i, j] with i < j whose numbers in $numbers add up to $target, or an "
         "empty list. A pair is earlier if its i is smaller, then if its j is smaller.",),
        ("""
         for $i in range(len($numbers)):
             for $j in range($i + 1, len($numbers)):
                 if $numbers[$i] + $numbers[$j] == $target:
                     return [$i, $j]
         return []
         """,),
        lambda numbers, target: next((list(p) for p in combinations(range(len(numbers)), 2)
                                      if sum(numbers[k] for k in p) == target), []),
        lambda rng: (ints(rng, 0, 9, 2, 6), rng.randint(4, 13)), (([], 0), ([4, 4], 8), ([1, 2, 3], 5))),
    Recipe("sorted_pair_count", 3, "closest_pair_difference smallest_gap minimum_difference", V, "list[int], int",
        ("Return the smallest difference between two numbers of $numbers, which has at least two.",),
        ("""
         ordered = sorted($numbers)
         $best = ordered[1] - ordered[0]
         for $i in range(2, len(ordered)):
             $best = min($best, ordered[$i] - ordered[$i - 1])
         return $best
         """,),
        lambda numbers: min(abs(a - b) for a, b in combinations(numbers, 2)),
        lambda rng: (rng.sample(range(0, 60, 2), rng.randint(2, 6)),), (([1, 5],), ([3, 9, 3],), ([20, 1, 8],))),
    Recipe("prefix_sums", 1, "prefix_sums running_totals cumulative_sums", V, TYPES,
        ("Return the running totals of $numbers: each is the sum of all the numbers up to there.",
         "List the prefix sums of $numbers."),
        ("""
         $result = []
         $total = 0
         for $n in $numbers:
             $total += $n
             $result.append($total)
         return $result
         """, """
         return [sum($numbers[:$i + 1]) for $i in range(len($numbers))]
         """),
        lambda numbers: list(accumulate(numbers)), signed, (([],), ([5],), ([1, 2, 3],))),
    Recipe("running_max", 1, "running_$kind prefix_$kind", V, TYPES,
        ("Return a list with the $kind of the numbers seen so far for each position of $numbers.",),
        ("""
         $result = []
         for $n in $numbers:
             if not $result or $n $op $result[-1]:
                 $result.append($n)
             else:
                 $result.append($result[-1])
         return $result
         """,),
        lambda numbers, way: [(max if way["op"] == ">" else min)(numbers[: i + 1]) for i in range(len(numbers))], some,
        (([],), ([5],), ([3, 5, 1, 4, 0],)),
        {"way": [{"op": ">", "kind": "maximum"},
                 {"op": "<", "kind": "minimum"}]}),
    Recipe("max_subarray", 3, "max_subarray_sum largest_run_sum best_slice_sum", V, "list[int], int",
        ("Return the largest sum of a non-empty run of neighboring numbers in $numbers.",),
        ("""
         $best = current_sum = $numbers[0]
         for $n in $numbers[1:]:
             current_sum = max($n, current_sum + $n)
             $best = max($best, current_sum)
         return $best
         """, """
         $best = $numbers[0]
         for $i in range(len($numbers)):
             run = 0
             for $n in $numbers[$i:]:
                 run += $n
                 $best = max($best, run)
         return $best
         """),
        lambda numbers: max(sum(numbers[i:j]) for j in range(len(numbers) + 1) for i in range(j)), signed,
        (([-3],), ([-3, -1, -2],), ([2, -1, 3, -9, 4],))),
    Recipe("window_sum", 2, "best_window_sum max_sum_of_$k largest_window", V, "list[int], int",
        ("Return the largest sum of $k neighboring numbers in $numbers, which has at least $k of them.",),
        ("""
         $total = sum($numbers[:$k])
         $best = $total
         for $i in range($k, len($numbers)):
             $total += $numbers[$i] - $numbers[$i - $k]
             $best = max($best, $total)
         return $best
         """, """
         return max(sum($numbers[$i:$i + $k]) for $i in range(len($numbers) - $k + 1))
         """),
        lambda numbers, k: max(map(sum, zip(*(numbers[i:] for i in range(k)), strict=False))),
        lambda rng, k: (ints(rng, -9, 9, k, k + 5),), constants={"k": (2, 3, 4)}),
    Recipe("moving_differences", 1, "differences steps_between neighbor_differences", V, TYPES,
        ("Return a list of the differences between each number in $numbers and the one before it.",),
        ("""
         $result = []
         for $i in range(1, len($numbers)):
             $result.append($numbers[$i] - $numbers[$i - 1])
         return $result
         """, """
         return [b - a for a, b in zip($numbers, $numbers[1:])]
         """),
        lambda numbers: [numbers[i + 1] - n for i, n in enumerate(numbers[:-1])], some, (([],), ([5],), ([1, 4, 2],))),
    Recipe("second_largest", 2, "second_largest runner_up second_highest", V, "list[int], int | None",
        ("Return the second largest of the different values in $numbers, or None if there are fewer than two.",),
        ("""
         values_left = sorted(set($numbers))
         if len(values_left) < 2:
             return None
         return values_left[-2]
         """, """
         $best = second = None
         for $n in $numbers:
             if $best is None or $n > $best:
                 $best, second = $n, $best
             elif $n != $best and (second is None or $n > second):
                 second = $n
         return second
         """),
        lambda numbers: max((n for n in numbers if n != max(numbers)), default=None), dense,
        (([],), ([4, 4],), ([1, 2],), ([2, 5, 5],))),
    Recipe("remove_duplicates", 1, "remove_duplicates unique_in_order without_repeats", V, TYPES,
        ("Return the different elements of $numbers in the order in which they first occur.",
         "Remove repeated elements from $numbers and keep the first of each."),
        ("""
         $result = []
         for $n in $numbers:
             if $n not in $result:
                 $result.append($n)
         return $result
         """, """
         return list(dict.fromkeys($numbers))
         """),
        lambda numbers: [n for i, n in enumerate(numbers) if numbers.index(n) == i], dense,
        (([],), ([1, 1, 2, 1],))),
    Recipe("has_duplicates", 1, "has_duplicates contains_repeat any_repeated", V, "list[int], bool",
        ("Return True if any element of $numbers occurs more than once, otherwise False.",),
        ("""
         return len(set($numbers)) < len($numbers)
         """, """
         $seen = set()
         for $n in $numbers:
             if $n in $seen:
                 return True
             $seen.add($n)
         return False
         """),
        lambda numbers: any(a == b for a, b in combinations(numbers, 2)),
        lambda rng: (rng.choices(range(12), k=rng.randint(1, 6)),), (([],), ([1, 2, 3],), ([1, 2, 1],))),
    Recipe("duplicates", 2, "find_duplicates repeated_elements duplicates", V, TYPES,
        ("Return a sorted list of the elements that occur at least $k times in $numbers.",),
        ("""
         $result = []
         for $n in sorted(set($numbers)):
             if $numbers.count($n) >= $k:
                 $result.append($n)
         return $result
         """, """
         $counts = {}
         for $n in $numbers:
             $counts[$n] = $counts.get($n, 0) + 1
         return sorted($n for $n in $counts if $counts[$n] >= $k)
         """),
        lambda numbers, k: [n for n, size in runs(stable(numbers)) if size >= k],
        lambda rng, k: (ints(rng, 1, 4, 3, 10),), (([],), ([2, 2, 1, 2],)), {"k": (2, 3, 4)}),
    Recipe("missing_number", 1, "missing_number find_missing absent_number", V, "list[int], int",
        ("$numbers holds all the whole numbers from 1 to n but one, where n is one more than its length. Return the "
         "missing number.",),
        ("""
         n = len($numbers) + 1
         return n * (n + 1) // 2 - sum($numbers)
         """, """
         for candidate in range(1, len($numbers) + 2):
             if candidate not in $numbers:
                 return candidate
         """),
        lambda numbers: min({*range(1, len(numbers) + 2)} - {*numbers}),
        lambda rng: (rng.sample(range(1, (k := rng.randint(2, 9)) + 1), k)[1:],), (([2],), ([1, 2, 4],))),
    Recipe("missing_between", 2, "missing_numbers gaps numbers_left_out", V, TYPES,
        ("Return the whole numbers between the smallest and the largest of $numbers that are not in $numbers, in "
         "ascending order.",),
        ("""
         $result = []
         for $x in range(min($numbers), max($numbers) + 1):
             if $x not in $numbers:
                 $result.append($x)
         return $result
         """,),
        lambda numbers: sorted({*range(min(numbers), max(numbers))} - {*numbers}),
        lambda rng: (rng.sample(range(1, 14), rng.randint(1, 6)),), (([2],), ([1, 2, 5],))),
    Recipe("majority", 2, "majority_element majority most_votes", V, "list[int], int | None",
        ("Return the element that makes up more than half of $numbers, or None if there is none.",),
        ("""
         for $n in set($numbers):
             if $numbers.count($n) * 2 > len($numbers):
                 return $n
         return None
         """, """
         candidate = None
         $count = 0
         for $n in $numbers:
             if $count == 0:
                 candidate = $n
             $count += 1 if $n == candidate else -1
         if $numbers.count(candidate) > len($numbers) // 2:
             return candidate
         return None
         """),
        lambda numbers: next((n for n, c in Counter(numbers).items() if 2 * c > len(numbers)), None),
        lambda rng: (rng.choices((rng.randint(1, 9), 3, 4), (4, 1, 1), k=rng.randint(3, 8)),),
        (([],), ([1, 1, 2, 2],), ([2, 1, 2],))),
    Recipe("intersection", 1, "common_elements intersection shared", "first/a second/b",
        "list[int], list[int], list[int]",
        ("Return a sorted list of the different elements that occur in both $first and $second.",),
        ("""
         return sorted(set($first) & set($second))
         """, """
         $result = []
         for $n in $first:
             if $n in $second and $n not in $result:
                 $result.append($n)
         return sorted($result)
         """),
        lambda first, second: [n for n in range(10) if first.count(n) and second.count(n)], two,
        (([1, 2, 2, 3], [2, 3, 3]), ([], [1]))),
    Recipe("difference", 1, "only_in_first difference left_over", "first/a second/b",
        "list[int], list[int], list[int]",
        ("Return the elements of $first that are not in $second, in their order.",),
        ("""
         return [$n for $n in $first if $n not in $second]
         """, """
         $result = []
         for $n in $first:
             if $n not in $second:
                 $result.append($n)
         return $result
         """),
        lambda first, second: list(filter(lambda n: second.count(n) == 0, first)), two,
        (([1, 2, 2, 3], [3]), ([3, 4], [4, 5]))),
    Recipe("rotate", 1, "rotate_$side shift_$side move_$side", f"{V} k/steps/shift", "list[int], int, list[int]",
        ("Return $numbers rotated by $k places to the $side. $k lies between 0 and the length of the list.",),
        ("""
         return $numbers[$cut:] + $numbers[:$cut]
         """, """
         $result = []
         for $i in range(len($numbers)):
             $result.append($numbers[($i $sign $k) % len($numbers)])
         return $result
         """),
        lambda numbers, k, way: [numbers[(i + k * (1 if way["side"] == "left" else -1)) % len(numbers)]
                                 for i, _ in enumerate(numbers)],
        lambda rng, way: (values := ints(rng, 0, 9, 2, 6), rng.randint(0, len(values))),
        (([1, 2, 3, 4], 1), ([1, 2, 3], 3), ([5], 0)),
        {"way": [{"side": "left", "sign": "+", "cut": "$k"},
                 {"side": "right", "sign": "-", "cut": "len($numbers) - $k"}]}),
    Recipe("chunks", 2, "chunks split_into_groups pieces", f"{V} size/k/width", "list[int], int, list[list[int]]",
        ("Split $numbers into lists of $size elements. The last list may be shorter.",),
        ("""
         return [$numbers[$i:$i + $size] for $i in range(0, len($numbers), $size)]
         """, """
         $result = []
         for $i in range(0, len($numbers), $size):
             $result.append($numbers[$i:$i + $size])
         return $result
         """, """
         $result = []
         for $n in $numbers:
             if not $result or len($result[-1]) == $size:
                 $result.append([])
             $result[-1].append($n)
         return $result
         """),
        lambda numbers, size: [[n for i, n in enumerate(numbers) if i // size == k]
                               for k in range((len(numbers) + size - 1) // size)],
        lambda rng: (ints(rng, 0, 9, 2, 8), rng.randint(1, 4)), (([], 2), ([1, 2, 3, 4, 5], 2))),
    Recipe("flatten_once", 1, "flatten join_lists flatten_once", "lists/groups/rows", "list[list[int]], list[int]",
        ("Put all the elements of the lists in $lists into one list, in order.",),
        ("""
         return [$n for part in $lists for $n in part]
         """, """
         $result = []
         for part in $lists:
             $result.extend(part)
         return $result
         """),
        lambda lists: sum(lists, []), lambda rng: ([ints(rng, 0, 9, 0, 3) for _ in range(rng.randint(1, 4))],),
        (([],), ([[1, 2], [], [3]],))),
    Recipe("flatten_deep", 3, "flatten_all deep_flatten flatten_nested", "nested/items/data", "list, list[int]",
        ("Return a flat list of all the numbers in $nested, which holds numbers and lists of the same kind.",),
        ("""
         $result = []
         for $x in $nested:
             if isinstance($x, list):
                 $result.extend($f($x))
             else:
                 $result.append($x)
         return $result
         """,),
        flat, lambda rng: (nested_list(rng),), (([],), ([1, [2, [3, 4]], 5],))),
    Recipe("deep_sum", 3, "deep_sum nested_total sum_nested", "nested/items/data", "list, int",
        ("Return the sum of all the numbers in $nested, which is a list of numbers and of lists of the same kind.",),
        ("""
         $total = 0
         for $x in $nested:
             if isinstance($x, list):
                 $total += $f($x)
             else:
                 $total += $x
         return $total
         """,),
        lambda nested: sum(flat(nested)), lambda rng: (nested_list(rng),), (([],), ([1, [2, [3, 4]], 5],))),
    Recipe("depth", 3, "nesting_depth depth levels", "nested/items/data", "list, int",
        ("Return how deeply the lists in $nested are nested. A list without lists in it has depth 1.",),
        ("""
         deepest = 0
         for $x in $nested:
             if isinstance($x, list):
                 deepest = max(deepest, $f($x))
         return deepest + 1
         """,),
        lambda nested: max(sum((c == "[") - (c == "]") for c in str(nested)[:k]) for k in range(1, len(str(nested)))),
        lambda rng: (nested_list(rng, 3),), (([],), ([1, [2, [3, 4]], 5],), ([[1], [2]],))),
    Recipe("recursive_sum", 2, "recursive_sum sum_recursively", V, "list[int], int",
        ("Return the sum of $numbers by recursion.",),
        ("""
         if not $numbers:
             return 0
         return $numbers[0] + $f($numbers[1:])
         """,),
        lambda numbers: sum(numbers), signed, (([],), ([4, 5],))),
    Recipe("recursive_reverse", 2, "reverse_list reversed_copy backwards", V, TYPES,
        ("Return a list with the elements of $numbers in reverse order.",),
        ("""
         $result = []
         for $i in range(len($numbers) - 1, -1, -1):
             $result.append($numbers[$i])
         return $result
         """, """
         if not $numbers:
             return []
         return $f($numbers[1:]) + [$numbers[0]]
         """, """
         $left, $right = 0, len($numbers) - 1
         while $left < $right:
             $numbers[$left], $numbers[$right] = $numbers[$right], $numbers[$left]
             $left += 1
             $right -= 1
         return $numbers
         """),
        lambda numbers: [numbers[~i] for i in range(len(numbers))], some, (([],), ([1, 2],), ([1, 2, 3],))),
    Recipe("is_palindrome_list", 1, "is_symmetric is_palindrome_list mirrored", V, "list[int], bool",
        ("Return True if $numbers is the same list when it is read from the end, otherwise False.",),
        ("""
         return $numbers == $numbers[::-1]
         """, """
         $left, $right = 0, len($numbers) - 1
         while $left < $right:
             if $numbers[$left] != $numbers[$right]:
                 return False
             $left += 1
             $right -= 1
         return True
         """),
        lambda numbers: all(a == b for a, b in zip(numbers, reversed(numbers), strict=True)),
        lambda rng: (rng.choice(((v := ints(rng, 0, 3, 1, 3)) + v[::-1], v + v[-2::-1], ints(rng, 0, 3, 2, 4))),),
        (([],), ([1, 2, 1],), ([1, 2, 2, 3],))),
    Recipe("longest_increasing_run", 3, "longest_rising_run longest_increase rising_streak", V, "list[int], int",
        ("Return the length of the longest run of neighbors in $numbers in which every number is $larger than the one "
         "before it, or 0 for an empty list.",),
        ("""
         if not $numbers:
             return 0
         $best = length = 1
         for $i in range(1, len($numbers)):
             if $numbers[$i] $op $numbers[$i - 1]:
                 length += 1
                 $best = max($best, length)
             else:
                 length = 1
         return $best
         """,),
        lambda numbers, way: max(
            (j - i for j in range(len(numbers) + 1) for i in range(j)
             if all((b > a) if way["op"] == ">" else (b < a)
                    for a, b in zip(numbers[i:j], numbers[i + 1:j], strict=False))), default=0),
        some, (([],), ([5],), ([1, 2, 3, 1],), ([2, 2],), ([3, 2, 1],)),
        {"way": [{"op": ">", "larger": "larger"}, {"op": "<", "larger": "smaller"}]}),
    Recipe("longest_subsequence", 4, "longest_increasing_subsequence longest_rising_choice", V, "list[int], int",
        ("Return the length of the longest strictly increasing subsequence of $numbers. Its numbers need not be "
         "neighbors.",),
        ("""
         lengths = []
         for $i in range(len($numbers)):
             $best = 0
             for $j in range($i):
                 if $numbers[$j] < $numbers[$i]:
                     $best = max($best, lengths[$j])
             lengths.append($best + 1)
         return max(lengths, default=0)
         """,),
        lambda numbers: max(k for k in range(len(numbers) + 1) for c in combinations(numbers, k)
                            if list(c) == sorted(set(c))),
        lambda rng: (ints(rng, 0, 9, 1, 7),), (([],), ([5, 1, 6, 2, 3],), ([2, 2],))),
    Recipe("longest_streak", 2, "longest_streak longest_run_of_$k streak_length", V, "list[int], int",
        ("Return the length of the longest unbroken run of the number $k in $numbers.",),
        ("""
         $best = length = 0
         for $n in $numbers:
             if $n == $k:
                 length += 1
                 $best = max($best, length)
             else:
                 length = 0
         return $best
         """,),
        lambda numbers, k: max((size for n, size in runs(numbers) if n == k), default=0),
        bits, (([],), ([1, 1, 0, 0],), ([2, 2, 2, 0, 1],)), {"k": (0, 1, 2)}),
    Recipe("run_lengths", 3, "run_lengths count_runs group_runs", V, "list[int], list[tuple[int, int]]",
        ("Return a list of pairs (element, length), one for each run of equal neighbors in $numbers.",),
        ("""
         $result = []
         for $n in $numbers:
             if $result and $result[-1][0] == $n:
                 $result[-1] = ($n, $result[-1][1] + 1)
             else:
                 $result.append(($n, 1))
         return $result
         """, """
         from itertools import groupby
         return [($n, len(list(group))) for $n, group in groupby($numbers)]
         """),
        runs, bits, (([],), ([1, 1, 0],))),
    Recipe("move_zeros", 2, "move_to_end push_back send_to_end", V, TYPES,
        ("Return $numbers with every $k moved to the end. The other numbers keep their order.",),
        ("""
         kept = [$n for $n in $numbers if $n != $k]
         return kept + [$k] * (len($numbers) - len(kept))
         """, """
         return sorted($numbers, key=lambda n: n == $k)
         """),
        lambda numbers, k: [n for n in numbers if n != k] + [n for n in numbers if n == k], bits,
        (([],), ([0, 1, 2, 0, 1],)), {"k": (0, 1, 2)}),
    Recipe("partition", 1, "partition split_by_limit separate", f"{V} limit/pivot/bound",
        "list[int], int, tuple[list[int], list[int]]",
        ("Return two lists: the elements of $numbers that are less than $limit, and the others, both in order.",),
        ("""
         smaller = []
         others = []
         for $n in $numbers:
             if $n < $limit:
                 smaller.append($n)
             else:
                 others.append($n)
         return smaller, others
         """,),
        lambda numbers, limit: (list(filter(lambda n: n < limit, numbers)),
                                 list(filter(lambda n: n >= limit, numbers))),
        lambda rng: (ints(rng, 0, 9, 2, 7), rng.randint(2, 8)), (([], 1), ([3, 5, 4], 4))),
    Recipe("mean", 1, "average mean mean_value", V, "list[int], float",
        ("Return the arithmetic mean of $numbers, or 0 for an empty list.",),
        ("""
         if not $numbers:
             return 0
         return sum($numbers) / len($numbers)
         """, """
         $total = 0
         $count = 0
         for $n in $numbers:
             $total += $n
             $count += 1
         return $total / $count if $count else 0
         """),
        lambda numbers: sum(sorted(numbers)) / max(1, len(numbers)), lambda rng: (ints(rng, 0, 20, 4, 4),),
        (([],), ([1, 2],), ([6],))),
    Recipe("median", 2, "median middle_value median_of", V, "list[int], float",
        ("Return the median of $numbers: the middle one when they are sorted, or the mean of the two middle ones.",),
        ("""
         ordered = sorted($numbers)
         $mid = len(ordered) // 2
         if len(ordered) % 2 == 1:
             return ordered[$mid]
         return (ordered[$mid - 1] + ordered[$mid]) / 2
         """,),
        lambda numbers: median(numbers), some, (([3, 1, 2],), ([4, 1],))),
    Recipe("mode", 2, "mode most_common most_frequent", V, "list[int], int",
        ("Return the most frequent element of $numbers, and the smallest of them when several are equally frequent.",),
        ("""
         $best = None
         for $n in sorted(set($numbers)):
             if $best is None or $numbers.count($n) > $numbers.count($best):
                 $best = $n
         return $best
         """, """
         $counts = {}
         for $n in $numbers:
             $counts[$n] = $counts.get($n, 0) + 1
         highest = max($counts.values())
         return min($n for $n in $counts if $counts[$n] == highest)
         """),
        lambda numbers: min((-size, n) for n, size in runs(stable(numbers)))[1], dense, (([3, 1, 3],), ([2, 1],))),
    Recipe("zip_sum", 1, "add_lists elementwise_$what pairwise_$what", "first/a/left second/b/right",
        "list[int], list[int], list[int]",
        ("Return a list with the $what of the elements at the same position of $first and $second, which are equally "
         "long.",),
        ("""
         return [x $op y for x, y in zip($first, $second)]
         """, """
         $result = []
         for $i in range(len($first)):
             $result.append($first[$i] $op $second[$i])
         return $result
         """),
        lambda first, second, way: [eval(f"{b} {way['op'][::-1]} {a}") if way["op"] != "-" else -(b - a)  # noqa: S307
                                    for a, b in zip(first, second, strict=True)],
        lambda rng, way: (values := ints(rng, 0, 9, 2, 5), [rng.randint(1, 9) for _ in values]), (([], []),),
        {"way": [{"what": "sum", "op": "+"}, {"what": "difference", "op": "-"}, {"what": "product", "op": "*"}]}),
    Recipe("dot_product", 1, "dot_product scalar_product weighted_sum", "first/a/values second/b/weights",
        "list[int], list[int], int",
        ("Return the sum of the products of the elements at the same position of $first and $second.",),
        ("""
         $total = 0
         for x, y in zip($first, $second):
             $total += x * y
         return $total
         """, """
         return sum($first[$i] * $second[$i] for $i in range(len($first)))
         """),
        lambda first, second: sum(sum([a] * b) for a, b in zip(first, second, strict=True)),
        lambda rng: (values := ints(rng, 0, 9, 1, 5), [rng.randint(0, 9) for _ in values]),
        (([], []), ([2, 3], [4, 5]))),
    Recipe("interleave", 2, "interleave alternate weave", "first/a/left second/b/right",
        "list[int], list[int], list[int]",
        ("Return a list that takes elements from $first and $second in turn. When one list ends, the rest of the "
         "other follows.",),
        ("""
         $result = []
         for $i in range(max(len($first), len($second))):
             if $i < len($first):
                 $result.append($first[$i])
             if $i < len($second):
                 $result.append($second[$i])
         return $result
         """,),
        lambda first, second: [n for _, _, n in sorted([(i, 0, n) for i, n in enumerate(first)]
                                                       + [(i, 1, n) for i, n in enumerate(second)])],
        two, (([], [1, 2]), ([1, 2, 3], [4]))),
    Recipe("every_kth", 1, "every_${k}th take_every_$k skip_through", V, TYPES,
        ("Return every $k-th element of $numbers, beginning with the first.",),
        ("""
         return $numbers[::$k]
         """, """
         $result = []
         for $i in range(0, len($numbers), $k):
             $result.append($numbers[$i])
         return $result
         """),
        lambda numbers, k: [n for i, n in enumerate(numbers) if i % k == 0], lambda rng, k: (ints(rng, 0, 9, k, 10),),
        (([],), ([5],)), {"k": (4, 5, 6)}),
    Recipe("kth_smallest", 2, "kth_smallest smallest_by_rank ranked", f"{V} k/rank/position", "list[int], int, int",
        ("Return the $k-th $small element of $numbers, where $k counts from 1.",),
        ("""
         return sorted($numbers$way)[$k - 1]
         """, """
         rest = list($numbers)
         for _ in range($k - 1):
             rest.remove($pick(rest))
         return $pick(rest)
         """),
        lambda numbers, k, kind: stable(numbers)[k - 1 if kind["pick"] == "min" else -k],
        lambda rng, kind: (values := ints(rng, 0, 20, 2, 7), rng.randint(1, len(values))),
        (([3, 1, 2], 1), ([3, 1, 2], 3), ([4, 4, 5], 2)),
        {"kind": [{"small": "smallest", "pick": "min", "way": ""},
                  {"small": "largest", "pick": "max", "way": ", reverse=True"}]}),
    Recipe("top_k", 2, "top_$k best_$k largest_$k", V, TYPES,
        ("Return the $k largest elements of $numbers in descending order. Shorter lists are returned whole.",),
        ("""
         return sorted($numbers, reverse=True)[:$k]
         """, """
         import heapq
         return heapq.nlargest($k, $numbers)
         """),
        lambda numbers, k: stable(numbers)[::-1][:k], some, (([],), ([4, 4, 1, 9, 2],)), {"k": (2, 3, 4)}),
    Recipe("peaks", 2, "count_peaks number_of_peaks local_maxima", V, "list[int], int",
        ("Return how many elements of $numbers are $larger than both of their neighbors. The ends do not count.",),
        ("""
         $count = 0
         for $i in range(1, len($numbers) - 1):
             if $numbers[$i] $op $numbers[$i - 1] and $numbers[$i] $op $numbers[$i + 1]:
                 $count += 1
         return $count
         """,),
        lambda numbers, way: sum((b > a and b > c) if way["op"] == ">" else (b < a and b < c)
                                 for a, b, c in zip(numbers, numbers[1:], numbers[2:], strict=False)),
        lambda rng, way: (ints(rng, 0, 9, 3, 9),),
        (([],), ([1, 3, 2],), ([3, 1, 2],), ([1, 2, 2, 1],), ([2, 1, 1, 2],)),
        {"way": [{"op": ">", "larger": "larger"}, {"op": "<", "larger": "smaller"}]}),
    Recipe("equilibrium", 3, "balance_index split_point equilibrium", V, "list[int], int",
        ("Return the smallest index of $numbers for which the sum of the numbers to its left equals the sum of those "
         "to its right, or -1 if there is none.",),
        ("""
         left_sum = 0
         right_sum = sum($numbers)
         for $i, $n in enumerate($numbers):
             right_sum -= $n
             if left_sum == right_sum:
                 return $i
             left_sum += $n
         return -1
         """,),
        lambda numbers: next((i for i in range(len(numbers)) if sum(numbers[:i]) == sum(numbers[i + 1:])), -1),
        lambda rng: (rng.choice(((v := ints(rng, 0, 5, 1, 3)) + [rng.randint(1, 9)] + v[::-1], ints(rng, 0, 4))),),
        (([],), ([5],), ([1, 2, 9, 3],), ([1, 2],))),
    Recipe("max_profit", 3, "best_profit largest_gain most_earned", "prices/values/rates", "list[int], int",
        ("Return the largest gain from buying at one of $prices and selling at a later one, or 0 if there is none.",),
        ("""
         lowest = $prices[0]
         $best = 0
         for price in $prices:
             lowest = min(lowest, price)
             $best = max($best, price - lowest)
         return $best
         """,),
        lambda prices: max([0, *(b - a for a, b in combinations(prices, 2))]), some,
        (([5],), ([9, 4, 1],), ([3, 8, 1, 5],))),
    Recipe("steps_queue", 3, "last_in_circle last_one_left survivor", "people/n/players", "int, int",
        ("The people 1 to $people stand in a circle. Counting starts at person 1, and every $k-th person still there "
         "leaves. Return the number of the last person.",),
        ("""
         queue = list(range(1, $people + 1))
         while len(queue) > 1:
             for _ in range($k - 1):
                 queue.append(queue.pop(0))
             queue.pop(0)
         return queue[0]
         """, """
         circle = list(range(1, $people + 1))
         $i = 0
         while len(circle) > 1:
             $i = ($i + $k - 1) % len(circle)
             circle.pop($i)
         return circle[0]
         """),
        lambda people, k: 1 + list(accumulate(range(people), lambda last, n: (last + k) % (n + 1)))[-1],
        lambda rng, k: (rng.randint(2, 15),), ((1,), (5,)), {"k": (2, 3, 4, 5)}),
    Recipe("serve_queue", 3, "serve_queue order_of_leaving finish_order", "tasks/times/work", "list[int], list[int]",
        ("The $tasks wait in a queue. The first one is worked on for $k units of time; if it needs more, it goes to "
         "the end with what is left. Return the indices of the tasks in the order in which they are finished.",),
        ("""
         queue = list(enumerate($tasks))
         $result = []
         while queue:
             $i, rest = queue.pop(0)
             if rest <= $k:
                 $result.append($i)
             else:
                 queue.append(($i, rest - $k))
         return $result
         """,),
        lambda tasks, k: sorted(range(len(tasks)), key=lambda i: (-(-tasks[i] // k), i)),
        lambda rng, k: (ints(rng, 1, 9, 1, 5),), (([],), ([2, 3, 9, 1],)), {"k": (2, 3, 4)}),
    Recipe("run_stack", 3, "run_commands run_stack apply_commands", "commands/actions/steps", "list[str], list[int]",
        ("Run $commands on an empty stack and return it. \"push 5\" puts 5 on top, \"pop\" removes the top element if "
         "there is one, and \"$op_word\" replaces the two top elements by their $what if there are two.",),
        ("""
         $stack = []
         for command in $commands:
             if command.startswith("push"):
                 $stack.append(int(command.split()[1]))
             elif command == "pop" and $stack:
                 $stack.pop()
             elif command == "$op_word" and len($stack) >= 2:
                 top = $stack.pop()
                 $stack[-1] = $stack[-1] $op top
         return $stack
         """,),
        lambda commands, way: run_stack(commands, way["op_word"]),
        lambda rng, way: ([rng.choice((f"push {rng.randint(1, 9)}",) * 3 + ("pop", way["op_word"]))
                           for _ in range(rng.randint(2, 6))],),
        ((["pop"],), (["push 2", "push 7", "pop"],), (["push 2", "push 7", "push 4"],)),
        {"way": [{"op_word": "add", "what": "sum", "op": "+"},
                 {"op_word": "multiply", "what": "product", "op": "*"}]}),
    Recipe("swap_pairs", 2, "swap_pairs swap_neighbors exchange_pairs", V, TYPES,
        ("Return $numbers with the first and second element swapped, the third and fourth, and so on. A last element "
         "without a partner stays.",),
        ("""
         $result = list($numbers)
         for $i in range(0, len($result) - 1, 2):
             $result[$i], $result[$i + 1] = $result[$i + 1], $result[$i]
         return $result
         """,),
        lambda numbers: [numbers[j] if (j := i ^ 1) < len(numbers) else n for i, n in enumerate(numbers)],
        lambda rng: (rng.sample(range(20), rng.randint(2, 7)),), (([],), ([1],), ([1, 2, 3],))),
    Recipe("argmax", 1, "index_of_$largest position_of_$largest", V, "list[int], int",
        ("Return the index of the $largest element of $numbers, the first one if it occurs more than once.",),
        ("""
         $best = 0
         for $i in range(1, len($numbers)):
             if $numbers[$i] $op $numbers[$best]:
                 $best = $i
         return $best
         """, """
         return $numbers.index($function($numbers))
         """),
        lambda numbers, way: min(range(len(numbers)), key=lambda i: numbers[i] * (-1 if way["op"] == ">" else 1)),
        some, (([4],), ([1, 5, 5, 0, 0],)),
        {"way": [{"largest": "largest", "op": ">", "function": "max"},
                 {"largest": "smallest", "op": "<", "function": "min"}]}),
    Recipe("count_inversions", 3, "count_inversions wrong_order_pairs", V, "list[int], int",
        ("Return the number of pairs in $numbers in which the earlier number is larger than the later one.",),
        ("""
         $count = 0
         for $i in range(len($numbers)):
             for $j in range($i + 1, len($numbers)):
                 if $numbers[$i] > $numbers[$j]:
                     $count += 1
         return $count
         """,),
        lambda numbers: sum(a > b for a, b in combinations(numbers, 2)), some, (([],), ([3, 2, 1],), ([1, 1],))),
    Recipe("sort_words_by_length", 1, "sort_by_length by_length order_by_length", "words/names/strings",
        "list[str], list[str]",
        ("Return $words sorted by length, and alphabetically when the lengths are equal.",),
        ("""
         return sorted($words, key=lambda w: (len(w), w))
         """, """
         return sorted(sorted($words), key=len)
         """),
        lambda words: [w for size in range(20) for w in stable(words) if len(w) == size],
        lambda rng: (words(rng, 2, 6),), ((["pear", "fig", "ant", "apple"],),)),
)  # fmt: skip


def run_stack(commands: list[str], word: str) -> list[int]:
    """By recursion on the commands, the stack kept as nested pairs."""
    stack: tuple = ()
    for command in commands:
        if command[-1].isdigit():
            stack = (int(command[5:]), stack)
        elif command == "pop":
            stack = stack[1] if stack else ()
        elif stack and stack[1]:
            top, (below, rest) = stack
            stack = (sum((top, below)) if word == "add" else sum([top] * below), rest)
    result: list[int] = []
    while stack:
        result, stack = [stack[0], *result], stack[1]
    return result
