/** Whether the model can be taught, and what that downloads. */

import { signal } from "@preact/signals";
import { allowedModel, modelFolder } from "../session";
import { bytesOf, DESCRIPTION, teachable } from "./download";

/** In bytes; 0 where the model cannot be taught, undefined where nobody knows. */
export const trainingBytes = signal<number | undefined>(undefined);

let looked: string | undefined;

export async function lookForTraining(): Promise<void> {
  const folder = modelFolder();
  if (looked === folder) return;
  looked = folder;
  try {
    allowedModel();
    const manifest = await json(`${folder}manifest.json`);
    const able = teachable(manifest);
    trainingBytes.value = able ? bytesOf(manifest, await json(folder + DESCRIPTION)) : able === false ? 0 : undefined;
  } catch {
    [trainingBytes.value, looked] = [undefined, undefined]; // without a network; perhaps it comes back
  }
}

async function json(url: string): Promise<unknown> {
  const response = await fetch(url);
  return response.ok ? response.json() : undefined;
}
