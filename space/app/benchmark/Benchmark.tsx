/** Benchmark: how fast the model is on this device, and on others. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { keptFrom } from "../measuring";
import { Icon } from "../ui/Icon";
import { Comparison } from "./Comparison";
import { OwnResult } from "./OwnResult";
import { CHOICES, labelOf, plannedRuns, PROMPTS, PROTOCOL, type ChoiceName } from "./prompts";
import { cancel, choice, chosen, ending, fetchBoard, runs, start, step } from "./state";
import "../styles/benchmark.css";

export function Benchmark() {
  useEffect(() => void fetchBoard(), []);
  return (
    <div class="benchmark">
      <h1>Benchmark</h1>
      <p class="lead">
        How fast does ODIN answer on this device? The prompts are the same for everyone, so that numbers can be
        compared. No result is sent: it is yours to copy.
      </p>
      <Controls />
      <OwnResult />
      <Comparison />
    </div>
  );
}

const measure = () => void start();

function Controls() {
  const running = step.value !== undefined;
  const kept = keptFrom("benchmark");
  const button = useRef<HTMLButtonElement>(null);
  const was = useRef(running);
  useLayoutEffect(() => {
    // The button that was pressed has been replaced; whoever uses the keyboard goes on with the one in its place.
    if (was.current !== running && document.activeElement === document.body) button.current?.focus();
    was.current = running;
  }, [running]);
  return (
    <section class="card" aria-label="Measure this device">
      <fieldset class="choices" disabled={running}>
        <legend class="label">How much is measured</legend>
        {(Object.keys(CHOICES) as ChoiceName[]).map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="choice"
              value={name}
              checked={choice.value === name}
              onChange={() => (choice.value = name)}
            />
            <span>
              <b>{CHOICES[name].label}</b>: {describe(name)}
            </span>
          </label>
        ))}
      </fieldset>
      <div class="controls">
        {running ? (
          <button key="cancel" ref={button} type="button" id="cancel-benchmark" onClick={cancel}>
            <Icon name="stop" /> Cancel
          </button>
        ) : (
          <button
            key="start"
            ref={button}
            type="button"
            class="primary"
            id="start-benchmark"
            disabled={kept !== undefined}
            onClick={measure}
          >
            <Icon name="play" /> Measure
          </button>
        )}
        <p role="status" id="benchmark-status">
          {kept ?? says()}
        </p>
      </div>
      <progress id="benchmark-progress" aria-label="Benchmark" max={1} value={share()} />
      <p class="hint">
        The model of the other modes is unloaded first, so that it does not disturb. Leave this tab in front, and let
        the device rest. Asking something in another mode stops the benchmark.
      </p>
      <details>
        <summary>What is measured, and how</summary>
        <p class="hint">{PROTOCOL}</p>
        <dl class="prompts">
          {PROMPTS.map(({ name, label, prompt }) => (
            <div key={name}>
              <dt>{label}</dt>
              <dd>{typeof prompt === "string" ? prompt : "Tokens without meaning, the same for every model."}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  );
}

function describe(name: ChoiceName): string {
  const { prompts, repeats } = CHOICES[name];
  return `${prompts.length} prompts, ${repeats === 1 ? "each once, for a first idea" : `each ${repeats} times`}`;
}

/** Said when it changes: bytes are left to the bar, which nobody reads aloud all the time. */
function says(): string {
  const now = step.value;
  if (!now) return ending.value;
  if (now.stage === "fetching") return "Fetching the model …";
  return `Run ${now.index} of ${now.of}: ${labelOf(now.prompt).toLowerCase()}`;
}

function share(): number {
  const now = step.value;
  if (now?.stage === "fetching") return now.total > 0 ? now.loaded / now.total : 0;
  return chosen.value ? runs.value.length / plannedRuns(chosen.value).length : 0;
}
