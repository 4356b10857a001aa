/** The lesson: beginning it, how it goes, pausing and stopping it. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { formatBytes } from "../../runtime/index";
import { keptFrom } from "../measuring";
import { Icon } from "../ui/Icon";
import { median } from "../ui/numbers";
import { Advanced } from "./Advanced";
import { Announcer } from "./Announcer";
import { LossChart } from "./LossChart";
import { material } from "./material";
import { trainingBytes } from "./offer";
import { prepared, preparing } from "./preparing";
import {
  after,
  before,
  busy,
  ending,
  goOn,
  learning,
  pause,
  paused,
  problem,
  questions,
  stage,
  stop,
  task,
  teach,
} from "./state";

export function Lesson() {
  const prevented = keptFrom("lesson");
  const missing = trainingBytes.value === 0;
  const given = task.value === "lesson";
  const wrong = problem.value?.of === "lesson" ? problem.value.error : undefined;
  const first = useRef<HTMLButtonElement>(null);
  const was = useRef(given);
  useLayoutEffect(() => {
    // The button that was pressed has been replaced; whoever uses the keyboard goes on with the one in its place.
    if (was.current !== given && document.activeElement === document.body) first.current?.focus();
    was.current = given;
  }, [given]);
  return (
    <section class="card lesson" id="lesson" aria-labelledby="lesson-title" data-stage={stageName()}>
      <h2 id="lesson-title">2. Lesson</h2>
      <div class="controls">
        {given ? (
          <>
            {paused.value ? (
              <button type="button" id="go-on" class="primary" ref={first} onClick={goOn}>
                <Icon name="play" /> Go on
              </button>
            ) : (
              <button
                type="button"
                id="pause"
                ref={first}
                aria-disabled={stage.value !== "teaching"}
                onClick={() => stage.value === "teaching" && pause()}
              >
                <Icon name="pause" /> Pause
              </button>
            )}
            <button type="button" id="stop-lesson" onClick={stop}>
              <Icon name="stop" /> Stop
            </button>
          </>
        ) : (
          <button
            type="button"
            id="teach"
            class="primary"
            ref={first}
            disabled={!material.value || busy.value || prevented !== undefined || missing}
            onClick={() => void teach()}
          >
            <Icon name="teach" /> Teach
          </button>
        )}
        <p id="lesson-status">{prevented ?? says()}</p>
      </div>
      <progress id="lesson-progress" aria-label="Lesson" max={1} value={share()} />
      <dl class="facts">
        <Fact name="step" label="Step" value={learning.value && `${learning.value.step} of ${learning.value.total}`} />
        <Fact name="loss" label="Loss" value={learning.value?.losses.at(-1)?.y.toFixed(3)} />
        <Fact name="left" label="Time left" value={timeLeft()} />
        <Fact name="seen" label="Examples seen" value={learning.value && String(learning.value.seen)} />
        <Fact name="memory" label="Memory" value={memory()} />
      </dl>
      <LossChart />
      {wrong && (
        <div class="error" role="alert" id="problem" data-code={wrong.code}>
          <p>{wrong.message}</p>
          {wrong.code === "storage" && material.value && (
            <button type="button" id="teach-unsaved" onClick={() => void teach({ keep: false })}>
              Teach without saving
            </button>
          )}
        </div>
      )}
      <Advanced />
      <Announcer />
    </section>
  );
}

function stageName(): string {
  if (paused.value) return "paused";
  return (task.value === "lesson" && stage.value) || (after.value.length > 0 ? "taught" : "idle");
}

/** Changes often: {@link Announcer} tells screen readers what matters. */
function says(): string {
  const asking = (when: string, done: number) => `Asking ${when}: question ${done} of ${questions.value.length}`;
  if (task.value !== "lesson") return ending.value || offer();
  switch (stage.value) {
    case undefined:
    case "preparing":
      return preparing();
    case "before":
      return asking("before the lesson", Math.min(before.value.length + 1, questions.value.length));
    case "after":
      return asking("after the lesson", Math.min(after.value.length + 1, questions.value.length));
    case "teaching":
      if (paused.value) return "Paused. What was learned so far stays.";
      return "It learns. You may go to another mode meanwhile.";
  }
}

function offer(): string {
  if (trainingBytes.value === 0) return "This model was exported without what teaching needs: choose another one.";
  const needs = trainingBytes.value === undefined ? "" : `It needs files of ${formatBytes(trainingBytes.value)}, `;
  return `${needs}${needs ? "downloaded once. " : ""}The lesson begins with the model as it was released.`;
}

function share(): number {
  const { step = 0, total = 0 } = learning.value ?? {};
  switch (stage.value) {
    case "preparing":
      return prepared();
    case "before":
      return before.value.length / questions.value.length;
    case "after":
      return after.value.length / questions.value.length;
    default:
      return total > 0 ? step / total : 0;
  }
}

function timeLeft(): string | undefined {
  const now = learning.value;
  if (!now || now.stepMs.length === 0) return undefined;
  const left = ((now.total - now.step) * median(now.stepMs.slice(-9))) / 1000;
  return left >= 90 ? `${Math.round(left / 60)} min` : `${Math.round(left)} s`;
}

function memory(): string | undefined {
  return learning.value?.memoryBytes === undefined ? undefined : formatBytes(learning.value.memoryBytes);
}

function Fact({ name, label, value }: { name: string; label: string; value: string | undefined }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-fact={name}>{value ?? "–"}</dd>
    </div>
  );
}
