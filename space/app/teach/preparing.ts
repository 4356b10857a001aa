/** What is waited for before anything is learned, in words. */

import { formatBytes } from "../../runtime/index";
import { fetching, replaying } from "./state";

export function preparing(): string {
  if (replaying.value) return `Repeating what was not saved: step ${replaying.value.join(" of ")}`;
  const { loaded = 0, total = 0 } = fetching.value ?? {};
  if (loaded < total) return `Downloading: ${formatBytes(loaded)} of ${formatBytes(total)}`;
  return "Getting ready …";
}
