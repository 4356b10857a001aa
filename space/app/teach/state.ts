/** What the page shows: the examples, how far the lesson came, and the answers before and after it. */

import { computed, effect, signal } from "@preact/signals";
import { OdinError, type AdapterFiles, type Example, type Progress, type TrainingState } from "../../runtime/index";
import { keptFrom, measuring } from "../measuring";
import { asOdinError, cancelLoading, lastStats, load, lookAgain, modelFolder, phase } from "../session";
import { adapterFrom } from "./files";
import { forgetKept, lesson as keptLesson, reached } from "./kept";
import { material } from "./material";
import { giveLesson, type Options, type Stage } from "./run";
import { DEFAULT_RATE, epochsFor, type Plan } from "./schedule";
import { accuracy, type Asked } from "./score";

/** Learning so far. */
export interface Learning {
  title: string;
  /** Steps that are done, and all of them. */
  step: number;
  total: number;
  /** Examples that were seen, counting each time. */
  seen: number;
  /** By step, from 1. */
  losses: readonly { x: number; y: number }[];
  /** Of the steps of this visit. */
  stepMs: readonly number[];
  memoryBytes: number | undefined;
}

/** What is under way: a lesson, or taking, loading or forgetting what was learned. One thing at a time. */
export const task = signal<"lesson" | "adapter" | undefined>(undefined);
/** Of what is under way. */
export const stage = signal<Stage | undefined>(undefined);
export const paused = signal(false);
export const learning = signal<Learning | undefined>(undefined);
export const before = signal<readonly Asked[]>([]);
export const after = signal<readonly Asked[]>([]);
/** What is asked before and after the lesson. */
export const questions = signal<readonly Example[]>([]);
/** Bytes of the training files. */
export const fetching = signal<Progress | undefined>(undefined);
/** Steps that are computed again after a reload: done, and all. */
export const replaying = signal<readonly [number, number] | undefined>(undefined);
/** What went wrong with the last task, and with which. */
export const problem = signal<{ of: "lesson" | "adapter"; error: OdinError } | undefined>(undefined);
/** How the last lesson ended, in words. */
export const ending = signal("");
/** Of the last training, as JSON. */
export const record = signal<string | undefined>(undefined);

/** Undefined follows the number of examples. */
export const epochs = signal<number | undefined>(undefined);
export const rate = signal(DEFAULT_RATE);
export const seed = signal(0);
export const plan = computed<Plan>(() => ({
  epochs: epochs.value ?? epochsFor(material.value?.learn.length ?? 0),
  rate: rate.value,
  seed: seed.value,
}));

export const busy = computed(() => task.value !== undefined);
/** The lesson that this browser keeps of this model, and how far it came. */
export const kept = computed(() => {
  const [lesson, progress] = [keptLesson.value, reached.value];
  return lesson && progress && lesson.model === modelFolder() ? { ...lesson, ...progress } : undefined;
});

let control = new AbortController();

/** A lesson with the examples that are there; it begins with the released model. Does nothing while one is given. */
export async function teach({ keep = true } = {}): Promise<void> {
  const { title, learn, ask } = material.value!;
  await give({ title, learn, ask, plan: plan.value, before: [] }, { keep, resume: false });
}

/** Goes on with the lesson that this browser keeps, after a reload or when it was stopped. */
export async function takeUp(): Promise<void> {
  if (kept.value) await give(kept.value, { keep: true, resume: true });
}

/** Answers go by what this browser keeps; nothing more is learned. */
export function useKept(): Promise<void> {
  return alone("adapter", async (signal) => {
    const llm = await load();
    const state = await llm.startTraining({ signal, onProgress: tellProgress, onReplay: tellReplay });
    await llm.stopTraining();
    if (!state.resumed) throw new OdinError("not-found", "What was learned is not stored any more: forget it.");
    record.value = recordOf(state);
    await llm.generate("1", { maxTokens: 1, signal }).next(); // with an answer it begins to use what was learned
    lastStats.value = undefined;
  });
}

/** Answers go by an adapter, of this page or from Python. */
export function loadFiles(files: readonly File[]): Promise<void> {
  return alone("adapter", async () => {
    const adapter = await adapterFrom(files);
    await (await load()).loadAdapter(adapter);
    record.value = undefined;
  });
}

/** What was learned, as PEFT's files. */
export async function exported(): Promise<AdapterFiles | undefined> {
  let files: AdapterFiles | undefined;
  await alone("adapter", async () => void (files = await (await load()).exportAdapter()));
  return files;
}

/** The model is as it was released, and nothing is stored any more. */
export function forget(): Promise<void> {
  return alone("adapter", async () => {
    await (await load()).forgetTraining();
    forgetKept();
    [learning.value, record.value, questions.value, ending.value] = [undefined, undefined, [], ""];
  });
}

export function pause(): void {
  paused.value = true;
}

export function goOn(): void {
  paused.value = false;
}

/** Ends what is under way. What was learned by then stays. */
export function stop(): void {
  if (phase.value === "loading") cancelLoading();
  control.abort();
}

type Begun = Pick<NonNullable<typeof kept.value>, "title" | "learn" | "ask" | "plan" | "before">;

function give(lesson: Begun, { keep, resume }: Pick<Options, "keep" | "resume">): Promise<void> {
  return alone("lesson", async () => {
    const { title } = lesson;
    [before.value, after.value, questions.value] = [lesson.before, [], lesson.ask];
    [learning.value, record.value] = [undefined, undefined];
    const llm = await load();
    await giveLesson(llm, lesson, {
      keep,
      resume,
      enter,
      unpaused,
      onProgress: tellProgress,
      onReplay: tellReplay,
      onStart: () => {
        if (keep && !resume) forgetKept(); // its steps are not stored any more
      },
      onAnswers: (when, asked) => {
        (when === "before" ? before : after).value = asked;
        lastStats.value = undefined; // the model stands behind another answer now
        lookAgain();
      },
      onBegin: ({ record }, batches) => {
        const [step, total] = [record.steps.length, batches.length];
        const seen = batches.slice(0, step).reduce((sum, { examples }) => sum + examples, 0);
        const losses = record.steps.flatMap(({ loss }, i) => (loss === null ? [] : { x: i + 1, y: loss }));
        learning.value = { title, step, total, seen, losses, stepMs: [], memoryBytes: undefined };
        if (keep) keptLesson.value = { ...lesson, model: modelFolder(), total, before: before.value };
      },
      onStep: ({ loss, skipped, timings, memory }, batch) => {
        const now = learning.value!;
        const step = now.step + 1;
        learning.value = {
          ...now,
          step,
          seen: now.seen + batch.examples,
          losses: skipped ? now.losses : [...now.losses, { x: step, y: loss }],
          stepMs: [...now.stepMs, timings.totalMs],
          memoryBytes: memory?.bytes,
        };
        if (keep) reached.value = { step, at: Date.now() };
      },
      onLearned: (state) => (record.value = recordOf(state)),
    });
    ending.value = outcome();
  });
}

/** Runs one thing at a time, and says what went wrong with it. */
async function alone(of: "lesson" | "adapter", work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  if (busy.peek() || keptFrom("lesson") !== undefined) return;
  [task.value, measuring.value] = [of, "lesson"];
  [problem.value, paused.value] = [undefined, false];
  if (of === "lesson") ending.value = "";
  try {
    await work(enter("preparing"));
  } catch (cause) {
    const error = asOdinError(cause);
    if (error.code !== "aborted") problem.value = { of, error };
    else if (of === "lesson") ending.value = "It was stopped before it began.";
  } finally {
    task.value = stage.value = measuring.value = fetching.value = replaying.value = undefined;
    paused.value = false;
    lookAgain();
  }
}

function enter(next: Stage): AbortSignal {
  control = new AbortController();
  stage.value = next;
  return control.signal;
}

function unpaused(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = effect(() => {
      if (!paused.value || signal.aborted) queueMicrotask(() => (end(), resolve()));
    });
    signal.addEventListener("abort", () => (end(), resolve()));
  });
}

function tellProgress(progress: Progress): void {
  fetching.value = progress;
}

function tellReplay(done: number, total: number): void {
  replaying.value = [done, total];
}

function recordOf({ record }: TrainingState): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

function outcome(): string {
  const { step, total } = learning.value!;
  const early = step < total;
  const end = early ? `The lesson was stopped after ${step} of ${total} steps.` : "The lesson is over.";
  if (after.value.length === 0) return end;
  const [were, are] = [before.value, after.value].map((asked) => asked.filter(({ right }) => right).length);
  const better = accuracy(after.value) > accuracy(before.value);
  const hint = early || better ? "" : " More or other examples may help.";
  const asked = after.value.length;
  return `${end} Of ${asked} questions that it had not seen it answers ${are} rightly; before, ${were}.${hint}`;
}
