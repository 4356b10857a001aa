/** The tests, and what they come to when Python runs them. */

import { formatBytes } from "../../runtime/index";
import type { TestResult } from "../python/sandbox";
import { Icon } from "../ui/Icon";
import { otherLines } from "./prompts";
import {
  lastRun,
  loaded,
  outdated,
  progress,
  PYTHON_BYTES,
  run,
  stage,
  stopRun,
  summary,
  toRun,
  trouble,
} from "./run";
import { plural, proposed, tests } from "./state";

export function Tests() {
  const others = otherLines(tests.value);
  return (
    <section class="card tests" aria-labelledby="tests-label">
      <div>
        <label class="label" id="tests-label" for="tests">
          Tests
        </label>
        <textarea
          id="tests"
          class="code-field"
          rows={4}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          placeholder="assert woven('ace', 'bdf') == 'abcdef'"
          aria-describedby="tests-hint"
          value={tests.value}
          onInput={({ currentTarget }) => (tests.value = currentTarget.value)}
        />
        <p class="hint" id="tests-hint">
          One assert a line. They are told to the model when it writes a function.
          {others > 0 && ` ${plural(others, "line")} without assert ${others === 1 ? "is" : "are"} left out.`}
        </p>
        <RunControls />
        {trouble.value && (
          <p class="error" id="trouble" role="alert" data-code={trouble.value.code}>
            {trouble.value.message}
          </p>
        )}
      </div>
      {lastRun.value && <Results />}
    </section>
  );
}

function RunControls() {
  const what = toRun.value.length > 0 ? "Run the tests" : "Run the program";
  const download = loaded.value ? "" : ` (downloads Python, ${formatBytes(PYTHON_BYTES)}, once)`;
  if (stage.value === "idle") {
    return (
      <div class="controls run">
        <button type="button" id="run" onClick={() => void run()}>
          <Icon name="play" /> {trouble.value ? "Try again" : what}
          {download}
        </button>
        <p class="hint">{proposed.value === undefined ? "On your program." : "On the proposed program."}</p>
      </div>
    );
  }
  const { loaded: done, total } = progress.value ?? { loaded: 0, total: PYTHON_BYTES };
  const loading = stage.value === "loading";
  return (
    <div class="controls run">
      <button type="button" id="stop-run" onClick={stopRun}>
        <Icon name="stop" /> {loading ? "Cancel" : "Stop"}
      </button>
      <p class="hint" id="run-status">
        {!loading
          ? "Running …"
          : done < total
            ? `Downloading Python: ${formatBytes(done)} of ${formatBytes(total)}`
            : "Starting Python …"}
      </p>
      {loading && <progress aria-label="Download of Python" max={1} value={done / total} />}
    </div>
  );
}

function Results() {
  const { result } = lastRun.value!;
  const { error, stdout } = result;
  return (
    <div id="results" data-outdated={outdated.value}>
      <p class="note" id="summary">
        {summary(result)}
        {outdated.value && " Program or tests have changed since."}
      </p>
      {error && (
        <>
          <p class="words">{error.message}</p>
          {error.traceback !== "" && (
            <details>
              <summary>Traceback</summary>
              <pre tabIndex={0} role="group" aria-label="Traceback">
                {error.traceback}
              </pre>
            </details>
          )}
        </>
      )}
      <ol class="results">
        {result.tests.map((test, i) => (
          <Result key={i} result={test} />
        ))}
      </ol>
      {stdout !== "" && (
        <>
          <h3>Output</h3>
          <pre id="output" tabIndex={0} role="group" aria-label="Output">
            {stdout}
          </pre>
        </>
      )}
    </div>
  );
}

const WORDS = { passed: "Passed", failed: "Failed", error: "Error", "not-run": "Not run" };

function Result({ result: { test, outcome, actual, message } }: { result: TestResult }) {
  return (
    <li data-outcome={outcome}>
      <strong>
        {outcome !== "not-run" && <Icon name={outcome === "passed" ? "check" : "cross"} />} {WORDS[outcome]}
      </strong>{" "}
      <code>{test}</code>
      {actual !== undefined && (
        <span class="actual">
          The value was <code>{actual}</code>
        </span>
      )}
      {message !== undefined && <span class="actual">{message}</span>}
    </li>
  );
}
