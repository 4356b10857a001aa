/** How long a lesson is, and how much is learned at each of its steps. Pure. */

export interface Plan {
  /** Passes over the examples. */
  epochs: number;
  /** Learning rate at its highest. */
  rate: number;
  /** Of the order of the examples. */
  seed: number;
}

/** Three times the highest that was tried on odin-nano (docs/log.md). */
export const MOST_RATE = 3e-3;
export const MOST_EPOCHS = 50;
export const DEFAULT_RATE = 3e-4;
/** Examples seen in a lesson, counting each time: both ready lessons were learned so (docs/log.md). */
const SEEN = 500;
const WARM_UP = 5;
const LAST_SHARE = 0.05;

/** Fewer examples are seen more often. */
export function epochsFor(examples: number): number {
  return Math.min(20, Math.max(3, Math.round(SEEN / Math.max(1, examples))));
}

/**
 * Learning rate of a step: a linear rise over the first steps, then a linear fall.
 *
 * @param step from 0.
 * @param total steps of the whole lesson.
 */
export function learningRate(step: number, total: number, highest: number): number {
  return highest * Math.min(1, (step + 1) / WARM_UP) * Math.max(LAST_SHARE, 1 - step / total);
}
