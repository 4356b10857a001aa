/** Whether the model can be taught, and what that downloads. */

import { signal } from "@preact/signals";
import { allowedModel, modelFolder } from "../session";
import { bytesIn } from "./download";

/** In bytes; 0 where the model cannot be taught, undefined where nobody knows. */
export const trainingBytes = signal<number | undefined>(undefined);

let looked: string | undefined;

export async function lookForTraining(): Promise<void> {
  const folder = modelFolder();
  if (looked === folder) return;
  looked = folder;
  try {
    allowedModel();
    const response = await fetch(`${folder}manifest.json`);
    trainingBytes.value = response.ok ? bytesIn(await response.json()) : undefined;
  } catch {
    [trainingBytes.value, looked] = [undefined, undefined]; // without a network; perhaps it comes back
  }
}
