/** By what a visitor gets the same variant of a model again: a random string, which never leaves this browser. */

import { stored } from "./settings";

const BYTES = 16;
const kept = stored("visitor", "", (value): value is string => /^[0-9a-f]{32}$/.test(String(value)));

function someVisitor(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** As kept, else a new one, which nothing is known of before {@link keepVisitor}. */
export const visitor = kept.value || someVisitor();

/** For when a variant was drawn by it; without one there is nothing to keep. */
export function keepVisitor(): void {
  kept.value = visitor;
}
