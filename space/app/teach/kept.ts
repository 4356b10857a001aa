/** What this browser keeps of a lesson, so that it can go on after a reload. The runtime keeps what was learned. */

import { stored } from "../settings";
import type { Example } from "../../runtime/index";
import type { Plan } from "./schedule";
import type { Asked } from "./score";

/** A lesson as it was begun. */
export interface KeptLesson {
  /** Folder of the model that is taught. */
  model: string;
  /** What people know the examples by. */
  title: string;
  learn: Example[];
  /** Those held out that are asked. */
  ask: Example[];
  plan: Plan;
  /** Steps in all. */
  total: number;
  before: readonly Asked[];
}

/** How far it came. */
export interface KeptProgress {
  step: number;
  /** Milliseconds since 1970. */
  at: number;
}

const isLesson = (value: unknown): value is KeptLesson | null => {
  const { model, title, learn, ask, plan, total, before } = (value ?? {}) as Partial<KeptLesson>;
  const lists = [learn, ask, before].every(Array.isArray);
  return typeof model === "string" && typeof title === "string" && lists && plan !== undefined && total !== undefined;
};
const isProgress = (value: unknown): value is KeptProgress | null => {
  const { step, at } = (value ?? {}) as Partial<KeptProgress>;
  return Number.isInteger(step) && Number.isFinite(at);
};

export const lesson = stored<KeptLesson | null>("teach.lesson", null, isLesson);
export const reached = stored<KeptProgress | null>("teach.reached", null, isProgress);

export function forgetKept(): void {
  lesson.value = reached.value = null;
}
