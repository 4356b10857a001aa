/** What most visitors leave as it is: how long and how fast it learns, and in which order. */

import { DEFAULT_RATE, MOST_EPOCHS, MOST_RATE } from "./schedule";
import { busy, epochs, plan, rate, seed } from "./state";

export function Advanced() {
  return (
    <details class="options">
      <summary>Advanced</summary>
      <fieldset class="fields" disabled={busy.value} aria-label="Advanced">
        <Field
          id="epochs"
          label="Passes"
          value={plan.value.epochs}
          set={(value) => (epochs.value = value)}
          min={1}
          max={MOST_EPOCHS}
          step={1}
        />
        <Field
          id="learning-rate"
          label="Learning rate"
          value={rate.value}
          set={(value) => (rate.value = value)}
          min={1e-6}
          max={MOST_RATE}
          step="any"
        />
        <Field
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
        Every example is seen once in a pass; few examples are seen more often. The learning rate is the highest, from{" "}
        {DEFAULT_RATE} on; it rises at the start and falls to the end. The seed decides the order.
      </p>
    </details>
  );
}

interface FieldProps {
  id: string;
  label: string;
  value: number;
  set: (value: number) => void;
  min: number;
  max: number;
  step: number | "any";
}

function Field({ id, label, value, set, ...limits }: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        value={value}
        {...limits}
        onInput={({ currentTarget: { valueAsNumber: number, validity } }) => {
          if (validity.valid && !Number.isNaN(number)) set(number);
        }}
        onBlur={({ currentTarget }) => (currentTarget.value = String(value))}
      />
    </label>
  );
}
