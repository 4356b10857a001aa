/** A lesson from its start to its end: the model answers, learns, and answers again. It knows nothing of the page. */

import {
  Dataset,
  OdinError,
  dataOf,
  type Example,
  type OdinLLM,
  type Progress,
  type StepResult,
  type TrainingBatch,
  type TrainingState,
} from "../../runtime/index";
import { askAll } from "./evaluation";
import { learningRate, type Plan } from "./schedule";
import type { Asked } from "./score";

/** As much of a model as a lesson needs. */
export type Pupil = Pick<
  OdinLLM,
  "generate" | "training" | "startTraining" | "trainStep" | "batches" | "stopTraining"
>;

export interface Lesson {
  learn: readonly Example[];
  /** Held out, and asked before and after. */
  ask: readonly Example[];
  plan: Plan;
}

export type Stage = "preparing" | "before" | "teaching" | "after";

export interface Options {
  /** Whether to go on with the lesson that is stored, which was begun with the same examples and plan. */
  resume: boolean;
  /** Whether what is learned is stored. */
  keep: boolean;
  /** Is told of each stage; what it returns ends that stage. */
  enter: (stage: Stage) => AbortSignal;
  /** Kept when the next step may begin: at once, unless there is a pause. */
  unpaused: (signal: AbortSignal) => Promise<void>;
  onProgress: (progress: Progress) => void;
  onReplay: (done: number, total: number) => void;
  /** The training is open; where it is kept, and does not go on, the one that was stored is gone. */
  onStart: () => void;
  /** Answers so far, before the lesson or after it. */
  onAnswers: (when: "before" | "after", asked: readonly Asked[]) => void;
  /** Learning begins, or goes on after the steps of the record. */
  onBegin: (state: TrainingState, batches: readonly TrainingBatch[]) => void;
  onStep: (result: StepResult, batch: TrainingBatch) => void;
  /** Learning has ended. */
  onLearned: (state: TrainingState) => void;
}

/**
 * Gives a lesson. Ended while it learns, the model keeps what it has learned, and is asked about that; ended before,
 * it is as it was.
 *
 * @throws OdinError `aborted` when nothing was learned; `not-found` when what was stored is gone; otherwise as
 *   `startTraining`, `batches`, `trainStep` and `generate`.
 */
export async function giveLesson(llm: Pupil, { learn, ask, plan }: Lesson, options: Options): Promise<void> {
  const { resume, keep, enter, onProgress, onReplay, onStart, onAnswers, onBegin, onLearned } = options;
  const { seed, epochs } = plan;
  let signal = enter("preparing");
  const data = dataOf(learn);
  const started = await llm.startTraining({ resume, keep, seed, data, onProgress, onReplay, signal });
  try {
    onStart();
    if (resume && !started.resumed) throw new OdinError("not-found", "What was learned is not stored any more.");
    const batches: TrainingBatch[] = [];
    for await (const batch of llm.batches(Dataset.from(learn), { seed, epochs })) batches.push(batch);
    signal.throwIfAborted();
    if (!resume) {
      signal = enter("before");
      await askAll(llm, ask, (asked) => onAnswers("before", asked), signal);
      signal.throwIfAborted();
    }
    onBegin(started, batches);
    await learnFrom(llm, batches, started.record.steps.length, plan, options);
    onLearned(llm.training!);
  } catch (error) {
    // A model that was unloaded meanwhile cannot; what went wrong is what counts.
    await llm.stopTraining().catch(() => {});
    throw signal.aborted ? new OdinError("aborted", "The lesson was stopped before it began.") : error;
  }
  await llm.stopTraining(); // answers need neither its thread nor its memory
  await askAll(llm, ask, (asked) => onAnswers("after", asked), enter("after"));
}

async function learnFrom(
  llm: Pupil,
  batches: readonly TrainingBatch[],
  first: number,
  { rate }: Plan,
  { enter, unpaused, onStep }: Options,
): Promise<void> {
  const signal = enter("teaching");
  for (const [step, batch] of batches.entries()) {
    if (step < first) continue;
    await unpaused(signal);
    if (signal.aborted) break;
    try {
      onStep(await llm.trainStep(batch, { lr: learningRate(step, batches.length, rate), signal }), batch);
    } catch (error) {
      if (!signal.aborted) throw error;
      break; // the step was given up
    }
  }
  if (llm.training?.step === 0) throw new OdinError("aborted", "The lesson was stopped before anything was learned.");
}
