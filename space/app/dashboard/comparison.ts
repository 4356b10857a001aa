/** The comparison with the reference transformer. It goes on, and is kept, when another mode is shown. */

import { effect, signal } from "@preact/signals";
import { measuring } from "../measuring";
import { compare, CONTEXTS, QUICK_CONTEXTS, type Comparison, type Point } from "../reference/compare";
import type { Runner } from "../reference/protocol";
import { startOdin, startReference } from "../reference/runners";
import { allowedModel, modelHost, modelName, modelUrl, phase, startOptions } from "../session";

export const LENGTHS = { quick: QUICK_CONTEXTS, full: CONTEXTS } as const;
export type Length = keyof typeof LENGTHS;

/** As `python -m export.reference` describes it in `manifest.json`. */
export interface ReferenceManifest {
  parameters: number;
  parameters_of_model: number;
}

export interface Measured extends Comparison {
  reference: ReferenceManifest;
  threads: number;
  isolated: boolean;
  /** Whether the page was out of sight for a part of it, when browsers may slow it down. */
  hidden: boolean;
  /** Whether the page loaded a model or answered meanwhile, which takes from both. */
  disturbed: boolean;
  length: Length;
}

export const progress = signal<{ words: string; done: number; total: number } | undefined>(undefined);
/** Of ODIN and the reference, while it is being measured and afterwards. */
export const points = signal<Point[][]>([[], []]);
/** Those that the charts have place for. */
export const contexts = signal<readonly number[]>(LENGTHS.full);
export const measured = signal<Measured | undefined>(undefined);
/** Why there is no result, for the visitor. */
export const problem = signal<string | undefined>(undefined);

let current: AbortController | undefined;

export function cancel(): void {
  current?.abort();
}

/** Folder of the model's reference: `models/odin-nano/` has `models/reference-nano/`. It is always of this site. */
function referenceUrl(): string {
  const folder = modelHost === undefined ? modelUrl.replace(/[^/]+\/*$/, "") : "models/";
  return `${folder}reference-${modelName.replace(/^odin-/, "")}/`;
}

/** Measures both models on this device; never throws. Does nothing while anything is measured. */
export async function measure(length: Length): Promise<void> {
  if (measuring.value) return;
  measuring.value = "comparison";
  const stop = (current = new AbortController());
  const { signal } = stop;
  const runners: Runner[] = [];
  let hidden = document.hidden;
  const onVisibility = () => (hidden ||= document.hidden);
  document.addEventListener("visibilitychange", onVisibility);
  let disturbed = false;
  const unwatch = effect(() => {
    if (phase.value === "loading" || phase.value === "answering") disturbed = true;
  });
  const say = (words: string, done = 0, total = 0) => (progress.value = { words, done, total });
  [contexts.value, points.value] = [LENGTHS[length], [[], []]];
  [measured.value, problem.value] = [undefined, undefined];
  try {
    say("Starting both models …");
    const { ortUrl } = startOptions;
    const url = referenceUrl();
    const model = allowedModel();
    const reference = await manifestOf(url, signal);
    const odin = await startOdin(model, { ...startOptions, signal });
    runners.push(odin);
    signal.addEventListener("abort", () => odin.dispose());
    runners.push(await startReference(url, { ortUrl, threads: odin.info.threads, signal }));
    const result = await compare(runners, {
      contexts: contexts.value,
      signal,
      onProgress: (context, done, total) => say(`Measuring after ${context.toLocaleString("en")} tokens`, done, total),
      onPoints: (now) => (points.value = now),
    });
    const { threads: used, capabilities } = odin.info;
    const circumstances = { hidden, disturbed, threads: used, isolated: capabilities.isolated };
    measured.value = { ...result, ...circumstances, reference, length };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problem.value = signal.aborted ? "The measurement was cancelled." : why;
  } finally {
    for (const runner of runners) runner.dispose();
    document.removeEventListener("visibilitychange", onVisibility);
    unwatch();
    measuring.value = progress.value = current = undefined;
  }
}

async function manifestOf(url: string, signal: AbortSignal): Promise<ReferenceManifest> {
  const response = await fetch(`${url}manifest.json`, { signal }).catch(() => {
    signal.throwIfAborted();
    throw new Error(
      "The reference transformer could not be fetched: it is not kept on the device. Connect and try again.",
    );
  });
  if (!response.ok) {
    throw new Error(`This site has no reference transformer for this model (${response.status} for ${url}).`);
  }
  return (await response.json()) as ReferenceManifest;
}
