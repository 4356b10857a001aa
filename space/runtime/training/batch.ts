/** Checks of a batch, before anything is computed of it. */

import { OdinError } from "../errors";
import { IGNORE } from "./batches";
import type { TrainingDescription } from "./description";
import type { TrainingBatch } from "./types";

type Shape = Pick<TrainingDescription, "batch" | "seq" | "vocab_size">;

/** @throws OdinError `bad-data`, which names the place. */
export function checkBatch(batch: TrainingBatch, { batch: rows, seq, vocab_size: vocabulary }: Shape): void {
  if (typeof batch !== "object" || batch === null) throw bad("a batch is an object with rows of tokens");
  if (batch.rows !== rows || batch.length !== seq) {
    throw bad(`the training graph takes ${rows} rows of ${seq} tokens, not ${batch.rows} of ${batch.length}`);
  }
  const { inputIds, labels, segments } = batch;
  for (const [name, values] of Object.entries({ inputIds, labels, segments })) {
    if (values?.length === rows * seq) continue;
    throw bad(`${name} must have ${rows * seq} numbers, row by row, not ${String(values?.length)}`);
  }
  let learned = 0;
  for (let i = 0; i < rows * seq; i++) {
    const [id, label, segment] = [inputIds[i]!, labels[i]!, segments[i]!];
    const where = `of row ${Math.floor(i / seq) + 1}, token ${(i % seq) + 1}`;
    if (!Number.isInteger(id) || id < 0 || id >= vocabulary) {
      throw bad(`inputIds ${where} must be a whole number from 0 to ${vocabulary - 1}, not ${id}`);
    }
    if (!Number.isInteger(segment) || segment < 0) {
      throw bad(`segments ${where} must be a whole number from 0 on, not ${segment}`);
    }
    if (label === IGNORE) continue;
    if (label !== id) throw bad(`labels ${where} must be ${IGNORE} or the token itself, ${id}, not ${label}`);
    if (i % seq === 0 || segments[i - 1] !== segment) {
      throw bad(`labels ${where} must be ${IGNORE}: nothing comes before the first token of a document`);
    }
    learned++;
  }
  if (learned === 0) throw bad("all labels are masked, and nothing is left to learn: unmask those of the answers");
}

function bad(words: string): OdinError {
  return new OdinError("bad-data", `The batch cannot be trained on: ${words}.`);
}
