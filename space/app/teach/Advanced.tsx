/** What most visitors leave as it is: how long and how fast it learns, and in which order. */

import { NumberField } from "../ui/NumberField";
import { DEFAULT_RATE, MOST_EPOCHS, MOST_RATE } from "./schedule";
import { busy, epochs, plan, rate, seed } from "./state";

export function Advanced() {
  return (
    <details class="options">
      <summary>Advanced</summary>
      <fieldset class="fields" disabled={busy.value} aria-label="Advanced">
        <NumberField
          id="epochs"
          label="Passes"
          value={plan.value.epochs}
          set={(value) => (epochs.value = value)}
          min={1}
          max={MOST_EPOCHS}
          step={1}
        />
        <NumberField
          id="learning-rate"
          label="Learning rate"
          value={rate.value}
          set={(value) => (rate.value = value)}
          min={1e-6}
          max={MOST_RATE}
          step="any"
        />
        <NumberField
          id="lesson-seed"
          label="Seed"
          value={seed.value}
          set={(value) => (seed.value = value)}
          min={0}
          max={2 ** 32 - 1}
          step={1}
        />
      </fieldset>
      <p class="hint">
        Every example is seen once in a pass; few examples are seen more often. The learning rate is the highest (as a
        rule {DEFAULT_RATE}): it rises at the start and falls to the end. The seed decides the order.
      </p>
    </details>
  );
}
