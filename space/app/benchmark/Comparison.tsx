/** The leaderboard, with the visitor's own result among its entries. */

import { useSignal } from "@preact/signals";
import { seconds } from "../ui/numbers";
import { Bars } from "./Bars";
import { BadResult } from "./check";
import { firstTokenMs, rate } from "./compare";
import { others, runsOn, titleOf, type Entry } from "./entries";
import { board, fetchBoard, paste, pasted, result } from "./state";
import { formatBytes } from "../../runtime/index";

const COLUMNS = ["Device", "Browser", "Model", "Runs on", "Tokens/s", "First token", "Start", "Memory", "Date"];

export function Comparison() {
  const now = board.value;
  const own: Entry | undefined = result.value && { ...result.value, origin: "own" };
  const entries = others(now.state === "ready" ? now.entries : [], pasted.value, own);
  return (
    <section class="card comparison" id="comparison" aria-labelledby="comparison-title">
      <h2 id="comparison-title">Other devices</h2>
      {now.state === "missing" && (
        <p class="error" id="no-leaderboard">
          The leaderboard could not be fetched ({now.why}). You can measure without it.{" "}
          <button type="button" onClick={() => void fetchBoard()}>
            Try again
          </button>
        </p>
      )}
      {now.state === "loading" && <p class="hint">Fetching the leaderboard …</p>}
      {now.state === "ready" && now.entries.length === 0 && <p class="hint">Nobody has handed in a result yet.</p>}
      <Bars own={own} entries={entries} />
      <Table own={own} entries={entries} />
      <p class="hint">
        First token: of the prompt of 256 tokens, once the worker is warm. Start: from stored files. All numbers are
        what visitors' browsers measured and told; nobody has checked the devices.
      </p>
      <Paste />
    </section>
  );
}

function Table({ own, entries }: { own: Entry | undefined; entries: readonly Entry[] }) {
  return (
    <div class="wide" role="region" aria-label="Leaderboard" tabIndex={0}>
      <table id="leaderboard">
        <thead>
          <tr>
            {COLUMNS.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {own ? <Row entry={own} /> : <NotMeasured />}
          {entries.map((entry) => (
            <Row key={entry.id} entry={entry} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Keeps the place of the visitor's own row, so that nothing moves when it is there. */
function NotMeasured() {
  return (
    <tr data-origin="own">
      <th scope="row">This device</th>
      <td colSpan={COLUMNS.length - 1}>not measured yet</td>
    </tr>
  );
}

function Row({ entry }: { entry: Entry }) {
  const { place, model, medians, time, origin } = entry;
  const first = firstTokenMs(entry);
  return (
    <tr data-origin={origin}>
      <th scope="row">
        <bdi>{titleOf(entry)}</bdi>
      </th>
      <td>
        {place.browser.name} {place.browser.version}, {place.platform}
      </td>
      <td>{model.name ?? "unnamed"}</td>
      <td>{runsOn(entry)}</td>
      <td>{rate(entry)?.toFixed(0) ?? "–"}</td>
      <td>{first === undefined ? "–" : seconds(first)}</td>
      <td>{seconds(medians.loadMicros / 1000)}</td>
      <td>{medians.memoryBytes ? formatBytes(medians.memoryBytes) : "–"}</td>
      <td>
        <time dateTime={time}>{time.slice(0, 10)}</time>
      </td>
    </tr>
  );
}

function Paste() {
  const text = useSignal("");
  const said = useSignal("");
  const wrong = useSignal("");
  const compare = () => {
    [said.value, wrong.value] = ["", ""];
    try {
      const { name } = paste(text.value);
      said.value = `${name || "The pasted result"} is shown above.`;
      text.value = "";
    } catch (error) {
      if (!(error instanceof BadResult)) throw error;
      wrong.value = error.message;
    }
  };
  return (
    <details class="paste" id="paste">
      <summary>Compare with a result that somebody gave you</summary>
      <label class="label" for="pasted">
        The result as JSON
      </label>
      <textarea
        id="pasted"
        rows={4}
        spellcheck={false}
        autocomplete="off"
        value={text.value}
        onInput={({ currentTarget }) => (text.value = currentTarget.value)}
      />
      <button type="button" id="compare" disabled={text.value.trim() === ""} onClick={compare}>
        Compare
      </button>
      <p class="hint" role="status" id="paste-said">
        {said.value}
      </p>
      {wrong.value && (
        <p class="error" role="alert" id="paste-error">
          {wrong.value}
        </p>
      )}
    </details>
  );
}
