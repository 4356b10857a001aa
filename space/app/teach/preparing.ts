/** What is waited for before anything is learned. */

import { formatBytes } from "../../runtime/index";
import { fetching, replaying } from "./state";

/** In words. */
export function preparing(): string {
  if (replaying.value) return `Repeating what was not saved: step ${replaying.value.join(" of ")}`;
  const { loaded = 0, total = 0 } = fetching.value ?? {};
  if (loaded < total) return `Downloading: ${formatBytes(loaded)} of ${formatBytes(total)}`;
  return "Getting ready …";
}

/** Share of the steps that are repeated, or else of the bytes. */
export function prepared(): number {
  const { loaded = 0, total = 0 } = fetching.value ?? {};
  const [done, all] = replaying.value ?? [loaded, total];
  return all > 0 ? done / all : 0;
}
