/** What the visitor chose, kept in this browser. */

import { effect, signal, type Signal } from "@preact/signals";

const PREFIX = "odin.";

/** A signal that starts as it was left the last time. Values that `valid` refuses are forgotten. */
export function stored<T>(name: string, initial: T, valid: (value: unknown) => value is T): Signal<T> {
  const kept = signal(read(name, initial, valid));
  let chosen = false; // what nobody has chosen is not kept
  effect(() => {
    const { value } = kept;
    if (chosen) write(name, value);
    chosen = true;
  });
  return kept;
}

function read<T>(name: string, initial: T, valid: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
    return valid(value) ? value : initial;
  } catch {
    return initial; // storage may be switched off, or hold what another version wrote
  }
}

function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Full or switched off: the choice then lasts as long as the page.
  }
}

const within = (least: number, most: number) => (value: unknown) =>
  typeof value === "number" && value >= least && value <= most;
const whole = (least: number, most: number) => (value: unknown) =>
  within(least, most)(value) && Number.isInteger(value);

/** 0 takes the likeliest token; above, tokens are drawn. The runtime allows more; beyond 2 only noise comes. */
export const temperature = stored("temperature", 0, within(0, 2) as (value: unknown) => value is number);
export const seed = stored("seed", 0, whole(0, 2 ** 32 - 1) as (value: unknown) => value is number);
/** Most tokens of an answer. */
export const maxTokens = stored("maxTokens", 512, whole(1, 8192) as (value: unknown) => value is number);

export type Scheme = "auto" | "light" | "dark";
export const scheme = stored<Scheme>("scheme", "auto", (value): value is Scheme =>
  ["auto", "light", "dark"].includes(value as string),
);
effect(() => {
  document.documentElement.dataset["scheme"] = scheme.value;
});
