/** One question of each kind that the model was trained on: the label of the chip, and the question. */
export const EXAMPLES: readonly (readonly [label: string, question: string])[] = [
  ["Apples", "Tom has 12 apples and buys 3 bags of 7. How many apples does he have?"],
  ["Addition", "What is 4827 + 3965?"],
  ["Product", "What is 47 * 86?"],
  ["Equation", "Solve for x: 7x + 12 = 61"],
  ["Logic", "All cats are mammals. All mammals are animals. Does it follow that all cats are animals?"],
  ["Python", "Write a Python function to return the number of vowels in text.\nassert count_vowels('apple') == 2"],
];
