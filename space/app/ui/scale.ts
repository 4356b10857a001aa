/** Places of numbers on an axis. */

export interface Scale {
  /** Ascending. */
  ticks: number[];
  /** From 0, where the axis begins, to 1, where it ends. */
  at: (value: number) => number;
}

/** From 0 up to a round number at or above `largest`, with about `count` steps. */
export function linearScale(largest: number, count: number): Scale {
  const most = largest > 0 ? largest : 1;
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough * (1 - 1e-9))!;
  const steps = Math.max(1, Math.ceil((most / step) * (1 - 1e-9)));
  return {
    // Of a sum, 0.1 + 0.2 would be on the label.
    ticks: Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12))),
    at: (value) => value / (steps * step),
  };
}

/** Between the least and the largest of positive numbers, which are the ticks; equal factors are equally far apart. */
export function logScale(values: readonly number[]): Scale {
  const ticks = [...new Set(values)].sort((a, b) => a - b);
  const low = Math.log(ticks[0] ?? 1);
  const span = Math.log(ticks.at(-1) ?? 1) - low;
  return { ticks, at: (value) => (span > 0 ? (Math.log(value) - low) / span : 0.5) };
}
