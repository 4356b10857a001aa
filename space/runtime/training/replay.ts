/** Computes a recorded training once more. */

import { OdinError } from "../errors";
import { batchSha256, dataOf } from "./batches";
import { TrainingClient, type Trainee } from "./client";
import { checkTrainingRecord, parseTrainingRecord, sameLoss, type TrainingRecord } from "./record";
import type { Example, StepResult } from "./types";

export interface ReplayOptions {
  /** Aborting ends it. */
  signal?: AbortSignal;
  /** After each step: its number from 1, of how many, and what it gave. */
  onStep?: (step: number, total: number, result: StepResult) => void;
}

/** @throws OdinError `bad-record`, `aborted`; as a training */
export async function replayTraining(
  trainee: Trainee,
  source: TrainingRecord | string,
  examples: AsyncIterable<Example>,
  { signal, onStep }: ReplayOptions = {},
): Promise<void> {
  const record = parseTrainingRecord(source);
  const { seed, steps } = record;
  if (steps.length === 0) throw changed("it has no steps");
  const rows: Example[] = [];
  for await (const row of examples) rows.push(row);
  const client = new TrainingClient(trainee);
  const options = signal ? { signal } : {};
  try {
    const state = await client.start({ seed, keep: false, ...options });
    const warnings = checkTrainingRecord(record, state.record, dataOf(rows));
    for (const message of warnings) trainee.options.onTelemetry?.({ type: "warning", message });
    const batches = client.batches(each(rows), { seed, epochs: Number.MAX_SAFE_INTEGER });
    for (const [i, step] of steps.entries()) {
      const { lr, clip, lossScale } = step;
      const { value: batch } = await batches.next();
      const where = `step ${i + 1}`;
      if (!batch || batchSha256(batch) !== step.batchSha256) throw changed(`${where} was made with another batch`);
      const result = await client.step(batch, { lr, clip, lossScale, ...options });
      if (!sameLoss(result, step)) {
        throw changed(`${where} has loss ${step.loss} in the record, and now ${result.loss}`);
      }
      onStep?.(i + 1, steps.length, result);
    }
  } finally {
    client.dispose(new OdinError("aborted", "The replay of the training has ended."));
  }
}

async function* each<T>(rows: readonly T[]): AsyncGenerator<T, void, void> {
  yield* rows;
}

function changed(words: string): OdinError {
  return new OdinError(
    "bad-record",
    `The record does not give its training again: ${words}. It was changed, or the examples, or the device computes ` +
      "otherwise.",
  );
}
