/** What stands beside one another on the page: entries of the leaderboard, pasted results, and the visitor's own. */

import { fastestFirst } from "./compare";
import { threadsInWords } from "../ui/numbers";
import type { Summary } from "./result";

export type Origin = "own" | "pasted" | "board";

export interface Entry extends Summary {
  origin: Origin;
}

/** All but the visitor's own, the fastest first. What the visitor has handed in is not there a second time. */
export function others(board: readonly Summary[], pasted: readonly Summary[], own: Summary | undefined): Entry[] {
  const found = new Map<string, Entry>();
  for (const entry of board) found.set(entry.id, { ...entry, origin: "board" });
  for (const entry of pasted) if (!found.has(entry.id)) found.set(entry.id, { ...entry, origin: "pasted" });
  if (own) found.delete(own.id);
  return [...found.values()].sort(fastestFirst);
}

/** What an entry is called in lists. */
export function titleOf({ origin, name }: Entry): string {
  if (origin === "own") return name ? `${name} (this device)` : "This device";
  return `${name || "A device without a name"}${origin === "pasted" ? " (pasted)" : ""}`;
}

/** What the runs were computed with. */
export function runsOn({ device, dtype, threads }: Pick<Summary, "device" | "dtype" | "threads">): string {
  if (device !== "wasm") return `${dtype}, ${device === "webgpu" ? "WebGPU" : device}`;
  return `${dtype}, ${threadsInWords(threads)}`;
}
