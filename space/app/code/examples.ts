/** Exercises of kinds that odin-nano was trained on, and one beyond; `tests/space/test_code_mode.py` asks all. */

import type { Task, Wanted } from "./prompts";

export interface Example extends Wanted {
  label: string;
  task: Task;
}

export const EXAMPLES: readonly Example[] = [
  {
    label: "Write: weave two words",
    task: "write",
    instruction: "Give the characters of left and right in turn, beginning with left, as far as both reach.",
    program: "",
    tests: "assert woven('ace', 'bdf') == 'abcdef'\nassert woven('xx', 'o') == 'xo'",
  },
  {
    label: "Write: the free seat",
    task: "write",
    instruction:
      "seats holds all the whole numbers from 1 to n but one, where n is one more than its length. " +
      "Return the missing number.",
    program: "",
    tests: "assert missing_number([1, 2, 4, 5]) == 3\nassert missing_number([2, 3, 1]) == 4",
  },
  {
    label: "Complete: cut out",
    task: "complete",
    instruction: "",
    program: `def cut_out(text, i, j):
    """Return text without its characters from index i up to, but not including, index j.

    >>> cut_out('blackboard', 2, 5)
    'blboard'
    """
`,
    tests: "assert cut_out('blackboard', 2, 5) == 'blboard'\nassert cut_out('rainbow', 0, 4) == 'bow'",
  },
  {
    label: "Fill: a column",
    task: "fill",
    instruction: "",
    program: `def column_of(table, column):
    """Give the column of table with the index column.

    >>> column_of([[1, 2], [3, 4]], 1)
    [2, 4]
    """
    return [row[____] for row in table]
`,
    tests: "assert column_of([[1, 2], [3, 4]], 1) == [2, 4]\nassert column_of([[7, 8, 9]], 0) == [7]",
  },
  {
    label: "Fill: multiples of 7",
    task: "fill",
    instruction: "",
    program: `def previous_multiple_of_7(n):
    """Return the largest multiple of 7 that is at most n.

    >>> previous_multiple_of_7(30)
    28
    """
    return n - n % ____
`,
    tests: "assert previous_multiple_of_7(30) == 28\nassert previous_multiple_of_7(49) == 49",
  },
  {
    label: "Too hard: vowel words",
    task: "write",
    instruction: "Return the number of words in text that start with a vowel.",
    program: "",
    tests: "assert vowel_words('an old red apple') == 3\nassert vowel_words('try') == 0",
  },
];
