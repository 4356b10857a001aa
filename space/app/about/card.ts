/** What the model's folder says about the model: `card.json`, written by `python -m export`. */

import { signal } from "@preact/signals";
import { modelUrl } from "../session";

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

/** `missing` where the folder has none, or the network is gone. */
export const card = signal<Card | "missing" | undefined>(undefined);

export async function loadCard(): Promise<void> {
  if (card.value && card.value !== "missing") return;
  try {
    const url = new URL(`${modelUrl}card.json`, document.baseURI);
    if (url.origin !== location.origin) throw new Error("another site");
    const response = await fetch(url);
    if (!response.ok) throw new Error(response.statusText);
    card.value = (await response.json()) as Card;
  } catch {
    card.value = "missing";
  }
}
