/** A question of each kind that the model was trained on: the label of the chip, and the question. */
export const EXAMPLES: readonly (readonly [label: string, question: string])[] = [
  ["Shopping", "Rosa has 25 dollars. She buys 3 books for 6 dollars each. How many dollars are left?"],
  ["Sharing", "4 friends share 92 marbles equally. How many marbles does each friend get?"],
  ["Equation", "Solve for x: 7x + 12 = 61"],
  ["Long addition", "What is 4827 + 3965?"],
  ["Product", "What is 47 * 86?"],
  ["Fractions", "What is 7/8 - 1/6?"],
  ["Percent", "What is 25% of 360?"],
  ["Prime factors", "Find the prime factors of 84."],
  ["Two unknowns", "Solve 2x + 3y = 12 and x - y = 1."],
];
