/** Tells screen readers how the lesson goes: each stage, each quarter of the steps, and the end. */

import { ending, learning, paused, stage, task } from "./state";

const PARTS = 4;

export function Announcer() {
  return (
    <p class="visually-hidden" role="status" id="lesson-announce">
      {words()}
    </p>
  );
}

function words(): string {
  if (task.value !== "lesson") return ending.value;
  switch (stage.value) {
    case undefined:
    case "preparing":
      return "Getting ready.";
    case "before":
      return "The model is asked as it is.";
    case "after":
      return "The lesson has ended. The model is asked again.";
    case "teaching": {
      if (paused.value) return "Paused.";
      const { step, total } = learning.value!;
      const part = Math.floor((PARTS * step) / total);
      return part === 0 ? "It learns." : `It learns: ${(100 * part) / PARTS} per cent done.`;
    }
  }
}
