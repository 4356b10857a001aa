/** Asking, as all modes do it: with the visitor's options, and drawn no more often than the screen is. */

import type { OdinError, Prompt, Stats } from "../runtime/index";
import { ask, asOdinError, cancelLoading, phase, stopAnswer, type AskOptions } from "./session";
import { maxTokens, seed, temperature } from "./settings";

/** For another answer to the same question: at temperature 0 it would be the same one. */
const OTHER_TEMPERATURE = 0.8;

/** An answer that is being written. */
export interface Draft {
  text: string;
  /** Tokens of the question that have been read, and all of them; while a long one is read. */
  reading?: [number, number];
}

/** How it ended. With an error, `text` is what there was before. */
export type Asked = { text: string } & ({ stats: Stats } | { error: OdinError });

/**
 * Asks, and shows the answer while it grows.
 *
 * @param prompt `undefined` goes on with the last answer.
 * @param onDraft called at most once a frame, and never after the promise is kept.
 * @param from the mode that asks; `other` draws another answer than before.
 */
export async function asking(
  prompt: Prompt | undefined,
  onDraft: (draft: Draft) => void,
  { from, other = false }: { from: string; other?: boolean },
): Promise<Asked> {
  let draft: Draft = { text: "" };
  let frame = 0;
  // Tokens may come faster than the screen can show them.
  const change = (next: Draft) => {
    draft = next;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      onDraft(draft);
    });
  };
  const draws = {
    temperature: other ? Math.max(temperature.value, OTHER_TEMPERATURE) : temperature.value,
    seed: other ? Math.floor(Math.random() * 2 ** 32) : seed.value,
  };
  const call: AskOptions = {
    from,
    ...(prompt === undefined ? {} : draws), // an answer goes on as it began
    maxTokens: maxTokens.value,
    onText: (text) => change({ text }),
    onPrefill: (done, total) => change({ text: "", reading: [done, total] }),
  };
  try {
    return await ask(prompt, call);
  } catch (error) {
    return { text: draft.text, error: asOdinError(error) };
  } finally {
    cancelAnimationFrame(frame);
  }
}

/** For a button that becomes the one that sends, perhaps before this click has ended: it must not send as well. */
export function stopOnly(event: Event): void {
  event.preventDefault();
  stop();
}

/** Ends the answer, or the download of the model that it waits for. */
export function stop(): void {
  if (phase.value === "loading") cancelLoading();
  else stopAnswer();
}
