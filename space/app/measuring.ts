/** What keeps this device busy for long: one at a time, because two would share its processor. */

import { signal } from "@preact/signals";

const NAMES = { benchmark: "The benchmark", comparison: "The comparison with a transformer", lesson: "A lesson" };
export type Measurement = keyof typeof NAMES;

export const measuring = signal<Measurement | undefined>(undefined);

/** Why `wanted` cannot begin now, for the visitor; undefined when it can, or is what runs. */
export function keptFrom(wanted: Measurement): string | undefined {
  const now = measuring.value;
  if (now === undefined || now === wanted) return undefined;
  return `${NAMES[now]} is running. Wait until it has ended: two at once would slow each other down.`;
}
