/** Order statistics without sorting: Hoare's quickselect, in linear time on average. */

/** Where a selection ends: values below `value` are out, and `surplus` of those equal to it. */
export interface Cut {
  value: number;
  surplus: number;
}

/**
 * Counts values out, the smallest first, while their masses add up to at most `limit`; the largest always stays.
 *
 * @param values without NaN, at least one; reordered in place, together with `masses`
 * @param masses of the values, not negative; equal for equal values
 * @param limit not negative
 */
export function cutSmallest(values: Float64Array, masses: Float64Array, limit: number): Cut {
  let start = 0; // those before it are out
  let end = values.length - 1; // those after it stay
  let out = 0;
  while (start < end) {
    const pivot = median(values[start]!, values[(start + end) >> 1]!, values[end]!);
    let i = start;
    let j = end;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      swap(values, i, j);
      swap(masses, i++, j--);
    }
    // Up to j: at most the pivot. From i on: at least the pivot, and never empty, the pivot being a median. Between
    // them there may be one more, the pivot itself.
    let sum = out; // added to one by one, so that equal masses add up as they would in a plain loop
    for (let below = start; below <= j; below++) sum += masses[below]!;
    if (sum > limit) {
      end = j;
      continue;
    }
    start = j + 1;
    if (start < i) {
      if (sum + masses[start]! > limit) break;
      sum += masses[start++]!;
    }
    out = sum;
  }
  const value = values[start]!;
  let surplus = 0;
  for (let i = 0; i < start; i++) if (values[i] === value) surplus++;
  return { value, surplus };
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function swap(array: Float64Array, i: number, j: number): void {
  const kept = array[i]!;
  array[i] = array[j]!;
  array[j] = kept;
}
