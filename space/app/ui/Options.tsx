/** How answers are drawn: shared by all modes, kept in this browser. */

import type { Signal } from "@preact/signals";
import { maxTokens, seed, temperature } from "../settings";
import { NumberField } from "./NumberField";

export function Options() {
  return (
    <details class="options">
      <summary>Options</summary>
      <div class="fields">
        <NumberField id="temperature" label="Temperature" {...bound(temperature)} min={0} max={2} step={0.1} />
        <NumberField id="seed" label="Seed" {...bound(seed)} min={0} max={2 ** 32 - 1} step={1} />
        <NumberField id="max-tokens" label="Max. tokens" {...bound(maxTokens)} min={1} max={8192} step={1} />
      </div>
      <p class="hint">At temperature 0 the likeliest token is taken each time, and the seed makes no difference.</p>
    </details>
  );
}

function bound(signal: Signal<number>): { value: number; set: (value: number) => void } {
  return { value: signal.value, set: (value) => (signal.value = value) };
}
