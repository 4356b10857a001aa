/** How answers are drawn: shared by all modes, kept in this browser. */

import type { Signal } from "@preact/signals";
import { maxTokens, seed, temperature } from "../settings";

export function Options() {
  return (
    <details class="options">
      <summary>Options</summary>
      <div class="fields">
        <Field id="temperature" label="Temperature" value={temperature} min={0} max={2} step={0.1} />
        <Field id="seed" label="Seed" value={seed} min={0} max={2 ** 32 - 1} step={1} />
        <Field id="max-tokens" label="Max. tokens" value={maxTokens} min={1} max={8192} step={1} />
      </div>
      <p class="hint">At temperature 0 the likeliest token is taken each time, and the seed makes no difference.</p>
    </details>
  );
}

interface FieldProps {
  id: string;
  label: string;
  value: Signal<number>;
  min: number;
  max: number;
  step: number;
}

function Field({ id, label, value, ...limits }: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        value={value.value}
        {...limits}
        onInput={({ currentTarget: { valueAsNumber: number, validity } }) => {
          if (validity.valid && !Number.isNaN(number)) value.value = number;
        }}
        onBlur={({ currentTarget }) => (currentTarget.value = String(value.value))}
      />
    </label>
  );
}
