/** What the model's folder says about the model: `card.json`, written by `python -m export`. */

import { signal } from "@preact/signals";
import { allowedModel, info, modelFolder } from "../session";
import { stored } from "../settings";

export interface Score {
  name: string;
  title?: string;
  problems: number;
  /** Share of problems solved, from 0 to 1. */
  score: number;
  /** Its 95% interval. */
  interval: [number, number];
}

export interface Card {
  name: string;
  version: string | null;
  parameters: number;
  training?: { tokens: number; minutes: number; device: string; steps: number };
  families?: Score[];
  suites?: Score[];
}

/** For when the network is gone: the cards of models that were here, by address. */
const kept = stored<Record<string, Card>>("cards", {}, (value): value is Record<string, Card> => {
  return typeof value === "object" && value !== null;
});

/** `missing` where the folder has none, or the network is gone. */
export const card = signal<Card | "missing" | undefined>(undefined);

/** Address of the folder that it is of. */
export const cardFolder = signal<string | undefined>(undefined);

export async function loadCard(): Promise<void> {
  const known = card.peek() && card.peek() !== "missing";
  if (known && !info.peek()) return; // of the model that was loaded until now
  const folder = modelFolder();
  if (known && cardFolder.peek() === folder) return;
  cardFolder.value = folder;
  try {
    allowedModel();
    const response = await fetch(`${folder}card.json`);
    if (!response.ok) throw new Error(response.statusText);
    const found = (await response.json()) as Card | null;
    if (typeof found?.name !== "string" || typeof found.parameters !== "number") throw new Error("no card");
    kept.value = { ...kept.value, [folder]: found };
    card.value = found;
  } catch {
    card.value = kept.value[folder] ?? "missing";
  }
}
