/** Checks the entries of `leaderboard/`, and merges them into the `leaderboard.json` that the benchmark page shows. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkResult } from "../app/benchmark/check";
import { fastestFirst, firstTokenMs, hindrance, rate, withoutRuns, type Leaderboard } from "../app/benchmark/compare";
import type { Result } from "../app/benchmark/result";

/**
 * All entries of a folder, one JSON file each, the fastest first.
 *
 * @throws Error that says for each bad file what is wrong with it.
 */
export function readEntries(folder: string): Result[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort();
  const owners = new Map<string, string>();
  const problems: string[] = [];
  const entries = files.flatMap((file) => {
    try {
      const entry = readEntry(join(folder, file));
      const owner = owners.get(entry.id);
      if (owner) throw new Error(`it is the same measurement as ${owner}`);
      owners.set(entry.id, file);
      return [entry];
    } catch (error) {
      problems.push(`${file}: ${(error as Error).message}`);
      return [];
    }
  });
  if (problems.length > 0) throw new Error(`The leaderboard has bad entries.\n${problems.join("\n")}`);
  return entries.sort(fastestFirst);
}

function readEntry(path: string): Result {
  const entry = checkResult(readFileSync(path, "utf8"));
  if (entry.name === "") throw new Error('name must say what device it is, as "laptop of 2021, 8 cores"');
  const reason = hindrance(entry);
  if (reason) throw new Error(`it cannot be an entry: ${reason}`);
  return entry;
}

/** What the page fetches. */
export function leaderboardJson(folder: string): string {
  const leaderboard: Leaderboard = { entries: readEntries(folder).map(withoutRuns) };
  return JSON.stringify(leaderboard);
}

/** The entries as a table of text. */
export function table(entries: readonly Result[]): string {
  const rows = entries.map((entry) => [
    entry.name,
    `${entry.place.browser.name} ${entry.place.browser.version}, ${entry.place.platform}`,
    entry.model.name ?? "unnamed",
    `${entry.device} ${entry.dtype} ${entry.threads}`,
    rate(entry)?.toFixed(0) ?? "none",
    `${firstTokenMs(entry)!.toFixed(0)} ms`,
    `${(entry.medians.loadMicros / 1000).toFixed(0)} ms`,
    entry.time.slice(0, 10),
  ]);
  const header = ["name", "browser", "model", "runs on", "tokens/s", "first token", "start", "date"];
  const lines = [header, ...rows];
  const widths = header.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
