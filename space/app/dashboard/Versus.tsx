/** The comparison with a transformer of ODIN's size, measured on this device when it is asked for. */

import { useSignal } from "@preact/signals";
import { keptFrom } from "../measuring";
import { BUDGET_MS } from "../reference/compare";
import { phase } from "../session";
import { seconds, threadsInWords } from "../ui/numbers";
import { LineChart } from "../ui/Chart";
import {
  cancel,
  contexts,
  LENGTHS,
  measure,
  measured,
  points,
  problem,
  progress,
  type Length,
  type Measured,
} from "./comparison";
import { count, verdict } from "./verdict";

const NAMES = ["ODIN", "Transformer"] as const;

export function Versus() {
  const length = useSignal<Length>(measured.value?.length ?? "full");
  const running = progress.value !== undefined;
  const [odin = [], reference = []] = points.value;
  const shown = running || odin.length > 0 ? contexts.value : LENGTHS[length.value];
  const words = running ? undefined : verdict(odin, reference);
  const kept = keptFrom("comparison");
  const state = running ? "measuring" : measured.value ? "measured" : problem.value ? "failed" : "idle";
  return (
    <section class="card" aria-labelledby="versus-title" id="versus" data-state={state}>
      <h2 id="versus-title">Compared with a transformer</h2>
      <p>
        A Llama of the same width, depth, vocabulary and number of parameters, quantised in the same way. Its weights
        are random: it says nothing sensible, only its speed can be compared.
      </p>
      <div class="controls">
        <label class="choice">
          <span class="visually-hidden">Contexts</span>
          <select
            id="length"
            value={length.value}
            disabled={running}
            onChange={({ currentTarget }) => (length.value = currentTarget.value as Length)}
          >
            <option value="full">Full: five lengths of text</option>
            <option value="quick">Quick: two lengths of text</option>
          </select>
        </label>
        {running ? (
          <button type="button" id="cancel-measuring" onClick={cancel}>
            Cancel
          </button>
        ) : (
          <button
            type="button"
            id="measure"
            class="primary"
            disabled={kept !== undefined || phase.value === "answering" || phase.value === "loading"}
            onClick={() => void measure(length.value)}
          >
            Measure on this device
          </button>
        )}
      </div>
      <Working />
      <p class="verdict" id="verdict" role="status">
        {running
          ? "Measuring. The page can be used meanwhile, but an answer would disturb the numbers."
          : [kept, problem.value, words].filter(Boolean).join(" ") || "Not measured on this device yet."}
      </p>
      <div class="charts">
        <LineChart
          id="token-chart"
          compact
          title="Time of a token"
          description={words ?? "Not measured yet."}
          x={{ label: "tokens of text before it", unit: "", ticks: shown }}
          y={{ label: "time of a token", unit: "ms", format: short }}
          series={[odin, reference].map((of, i) => ({
            name: NAMES[i]!,
            points: of.map(({ context, tokenMs }) => ({ x: context, y: tokenMs })),
          }))}
        />
        <LineChart
          id="first-chart"
          compact
          title="Time to the first token"
          description={words ?? "Not measured yet."}
          x={{ label: "tokens of text to read", unit: "", ticks: shown }}
          y={{ label: "first token", unit: "s", format: short }}
          series={[odin, reference].map((of, i) => ({
            name: NAMES[i]!,
            points: of.map(({ context, prefillMs }) => ({ x: context, y: prefillMs / 1000 })),
          }))}
        />
      </div>
      <div class="wide" tabIndex={0} role="group" aria-label="ODIN and the transformer, measured on this device">
        <table id="versus-table">
          <caption>Measured on this device; medians of the rounds</caption>
          <thead>
            <tr>
              <th scope="col">Tokens of text</th>
              <th scope="col">Token, ODIN</th>
              <th scope="col">Token, transformer</th>
              <th scope="col">First token, ODIN</th>
              <th scope="col">First token, transformer</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((context, i) => (
              <tr key={context} data-context={context}>
                <th scope="row">{count(context)}</th>
                {[odin[i]?.tokenMs, reference[i]?.tokenMs, odin[i]?.prefillMs, reference[i]?.prefillMs].map(
                  (ms, column) => (
                    <td key={column} data-ms={ms}>
                      {ms === undefined ? (measured.value ? "left out" : "…") : seconds(ms)}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="hint" id="how-measured">
        {measured.value ? how(measured.value) : HOW}
      </p>
    </section>
  );
}

const HOW =
  "Both run in fresh workers of their own on WebAssembly, in int8 with the same number of threads, in turns on the " +
  "same texts of random tokens. Each reads the text in passes and then writes; times are taken in the worker. " +
  `Lengths that would take it beyond ${BUDGET_MS / 1000} seconds are left out.`;
const CACHE =
  "The transformer is run by transformers.js as it is, which on WebAssembly hands the cache back and forth for each " +
  "token; ODIN's state goes the same way, but does not grow.";
const HIDDEN = "The page was out of sight for a part of it, when browsers may slow it down: measure again to be sure.";
const DISTURBED = "The page loaded its model or answered meanwhile, which slows both: measure again to be sure.";

function how(of: Measured): string {
  const { reference, threads, isolated, hidden, disturbed, leftOut, decodeTokens, points } = of;
  const rounds = [...new Set(points[0]!.map((point) => point.rounds))].sort();
  const clock = isolated ? "isolated" : "not isolated, so that the clock is coarser";
  return [
    `${HOW} Here: ${threadsInWords(threads)}, ${clock}; ${decodeTokens} tokens written each`,
    `time, the median of ${rounds.join(" or ")} rounds. ODIN has ${count(reference.parameters_of_model)} parameters,`,
    `the transformer ${count(reference.parameters)}. ${CACHE}`,
    ...(leftOut.length > 0 ? [`Left out here: ${list(leftOut)} tokens.`] : []),
    ...(hidden ? [HIDDEN] : []),
    ...(disturbed ? [DISTURBED] : []),
  ].join(" ");
}

function list(numbers: readonly number[]): string {
  return numbers.map(count).join(" and ");
}

function Working() {
  const { words, done, total } = progress.value ?? { words: "", done: 0, total: 0 };
  return (
    <div class="working" data-shown={progress.value !== undefined}>
      <progress id="measuring" aria-label="Measurement" max={1} value={total > 0 ? done / total : 0} />
      <span>{total > 0 ? `${words}: ${done} of ${total}` : words}</span>
    </div>
  );
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en");
}
