/** What the benchmark page shows: the run under way, the visitor's result, the leaderboard, and pasted results. */

import { computed, effect, signal } from "@preact/signals";
import { OdinLLM, VERSION } from "../../runtime/index";
import { measuring } from "../measuring";
import { allowedModel, cancelLoading, phase, startOptions, unload } from "../session";
import { stored } from "../settings";
import { checkResult } from "./check";
import { checkLeaderboard, withoutRuns } from "./compare";
import { placeOf, type Agent } from "./place";
import type { ChoiceName } from "./prompts";
import { cleanName, makeResult, type Result, type Run, type Summary } from "./result";
import { measure, type Step } from "./run";

export const choice = stored<ChoiceName>("benchmark.choice", "full", (value): value is ChoiceName =>
  ["full", "quick"].includes(value as string),
);
/** What the visitor calls this device. */
export const deviceName = stored("benchmark.name", "", (value): value is string => typeof value === "string");

/** What is under way; undefined when nothing is. */
export const step = signal<Step | undefined>(undefined);
/** Of the benchmark that is under way, or was last. */
export const runs = signal<Run[]>([]);
/** Which choice `runs` are of. */
export const chosen = signal<ChoiceName | undefined>(undefined);
/** How the last benchmark ended, in words. */
export const ending = signal("");

const measured = signal<Result | undefined>(undefined);
/** The visitor's own. */
export const result = computed<Result | undefined>(
  () => measured.value && { ...measured.value, name: cleanName(deviceName.value) },
);

let stop: AbortController | undefined;

/** Measures as {@link choice} says; does nothing while anything is measured. The model of the page is unloaded. */
export async function start(): Promise<void> {
  if (measuring.value) return;
  measuring.value = "benchmark";
  const ended = (stop = new AbortController());
  const of = choice.value;
  step.value = { stage: "fetching", loaded: 0, total: 0 };
  [measured.value, runs.value, chosen.value, ending.value] = [undefined, [], of, ""];
  cancelLoading();
  unload();
  await untilIdle();
  const unwatch = watch(ended);
  try {
    const { info } = await measure(of, {
      load: (options) => OdinLLM.load(allowedModel(), { ...startOptions, ...options }),
      signal: ended.signal,
      onStep: (now) => (step.value = now),
      onRun: (run) => (runs.value = [...runs.value, run]),
    });
    if (info) {
      const place = placeOf(navigator as Agent, info.capabilities);
      const circumstances = { choice: of, name: "", time: new Date().toISOString(), runtime: VERSION, place };
      measured.value = makeResult(runs.value, { info, ...circumstances, hidden: unwatch.hidden() });
    }
    ending.value = endingOf(ended.signal);
  } finally {
    unwatch.end();
    measuring.value = step.value = undefined;
  }
}

/** Stops the benchmark; what was measured stays. */
export function cancel(): void {
  stop?.abort("You stopped the benchmark.");
}

function endingOf(signal: AbortSignal): string {
  const failed = runs.value.filter((run) => "error" in run).length;
  if (signal.aborted) {
    const kept = "What was measured so far is kept, and marked as incomplete.";
    return `${signal.reason} ${measured.value ? kept : "Nothing was measured yet."}`;
  }
  if (!measured.value) return "The benchmark has ended. No run worked.";
  return `The benchmark is complete${failed > 0 ? `, but ${failed} of ${runs.value.length} runs failed` : ""}.`;
}

function untilIdle(): Promise<void> {
  return new Promise((resolve) => {
    const end = effect(() => {
      if (phase.value === "idle") queueMicrotask(() => (end(), resolve()));
    });
  });
}

/** Ends the benchmark when another model begins to load, and notices when the page goes to the background. */
function watch(ended: AbortController): { hidden: () => boolean; end: () => void } {
  let hidden = document.visibilityState === "hidden";
  const look = () => (hidden ||= document.visibilityState === "hidden");
  document.addEventListener("visibilitychange", look);
  const unwatch = effect(() => {
    if (phase.value !== "idle") ended.abort("The benchmark was stopped: the model was loaded for another mode.");
  });
  const end = () => {
    document.removeEventListener("visibilitychange", look);
    unwatch();
  };
  return { hidden: () => hidden, end };
}

export type Board = { state: "loading" } | { state: "ready"; entries: Summary[] } | { state: "missing"; why: string };

export const board = signal<Board>({ state: "loading" });

/** Fetches the leaderboard, unless it is there. */
export async function fetchBoard(): Promise<void> {
  if (board.value.state === "ready") return;
  board.value = { state: "loading" };
  try {
    const response = await fetch("leaderboard.json", { cache: "no-cache" });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    board.value = { state: "ready", ...checkLeaderboard(await response.json()) };
  } catch (error) {
    board.value = { state: "missing", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Results of other devices that the visitor pasted, as long as the page is open. */
export const pasted = signal<Summary[]>([]);

/** @throws BadResult, naming field and reason. */
export function paste(json: string): Summary {
  const summary = withoutRuns(checkResult(json));
  pasted.value = [...pasted.value.filter(({ id }) => id !== summary.id), summary];
  return summary;
}
