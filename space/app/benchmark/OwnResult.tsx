/** The visitor's own result: it fills while it is measured, and can be copied and saved. */

import { CopyButton } from "../ui/CopyButton";
import { Icon } from "../ui/Icon";
import { seconds } from "../ui/numbers";
import { save } from "../ui/save";
import { agreement, hindrance, unsteady } from "./compare";
import { runsOn } from "./entries";
import { CHOICES, labelOf, type PromptName } from "./prompts";
import { isGood, mediansOf, NAME_LENGTH, type FailedRun, type Medians, type Result, type Run } from "./result";
import { board, chosen, deviceName, pasted, result, runs, step } from "./state";
import { formatBytes } from "../../runtime/index";

const NONE = "–";

export function OwnResult() {
  const of = chosen.value;
  if (!of) return null;
  const done = runs.value;
  const medians = done.some(isGood) ? mediansOf(done) : undefined;
  return (
    <section class="card own" id="own-result" aria-labelledby="own-title" aria-busy={step.value !== undefined}>
      <h2 id="own-title">This device</h2>
      <Facts medians={medians} />
      <div class="wide" role="region" aria-label="Results by prompt" tabIndex={0}>
        <table id="own-table">
          <thead>
            <tr>
              <th scope="col">Prompt</th>
              <th scope="col">First token</th>
              <th scope="col">Tokens/s</th>
              <th scope="col">Runs</th>
            </tr>
          </thead>
          <tbody>
            {CHOICES[of].prompts.map((name) => (
              <PromptRow key={name} name={name} medians={medians} done={done} repeats={CHOICES[of].repeats} />
            ))}
          </tbody>
        </table>
      </div>
      <Failures failed={done.filter((run): run is FailedRun => !isGood(run))} />
      <p class="hint agreement" id="agreement">
        {result.value ? agreementWords(result.value) : "Answers are compared with those of other devices at the end."}
      </p>
      <HandIn result={result.value} />
    </section>
  );
}

function Facts({ medians }: { medians: Medians | undefined }) {
  const tokenMicros = medians?.tokenMicros;
  const own = result.value;
  const facts: [string, string, string][] = [
    ["rate", "Tokens/s", tokenMicros ? (1e6 / tokenMicros).toFixed(tokenMicros > 20_000 ? 1 : 0) : NONE],
    ["load", "Start", medians ? seconds(medians.loadMicros / 1000) : NONE],
    ["cold", "Very first token", medians ? seconds(medians.coldFirstTokenMicros / 1000) : NONE],
    ["memory", "Memory", medians?.memoryBytes ? formatBytes(medians.memoryBytes) : NONE],
    ["runs-on", "Runs on", own ? runsOn(own) : NONE],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, label, value]) => (
        <div key={name}>
          <dt>{label}</dt>
          <dd data-fact={name}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface PromptRowProps {
  name: PromptName;
  medians: Medians | undefined;
  done: readonly Run[];
  repeats: number;
}

function PromptRow({ name, medians, done, repeats }: PromptRowProps) {
  const of = medians?.prompts.find(({ prompt }) => prompt === name);
  const failed = done.filter((run) => run.prompt === name && !isGood(run)).length;
  return (
    <tr data-prompt={name}>
      <th scope="row">{labelOf(name)}</th>
      <td>{of ? seconds(of.firstTokenMicros / 1000) : NONE}</td>
      <td>{of?.tokenMicros ? (1e6 / of.tokenMicros).toFixed(0) : NONE}</td>
      <td>
        {of?.runs ?? 0} of {repeats}
        {failed > 0 && `, ${failed} failed`}
      </td>
    </tr>
  );
}

function Failures({ failed }: { failed: readonly FailedRun[] }) {
  if (failed.length === 0) return null;
  const messages = [...new Set(failed.map(({ error }) => error.message))];
  return (
    <div class="error" role="alert" id="failed-runs">
      <p>{failed.length === 1 ? "A run" : `${failed.length} runs`} failed; the others went on.</p>
      <ul>
        {messages.map((message) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
    </div>
  );
}

function HandIn({ result: own }: { result: Result | undefined }) {
  const json = own ? `${JSON.stringify(own, null, 2)}\n` : "";
  const reason = own && hindrance(own);
  return (
    <>
      <label class="field device-name">
        <span>A name for this device, if you like (goes into the result)</span>
        <input
          id="device-name"
          type="text"
          dir="auto"
          autocomplete="off"
          placeholder="For example: laptop of 2021"
          maxLength={NAME_LENGTH}
          value={deviceName.value}
          onInput={({ currentTarget }) => (deviceName.value = currentTarget.value)}
        />
      </label>
      <fieldset class="controls" disabled={!own} aria-label="The result as JSON">
        <CopyButton text={json} label="Copy JSON" />
        <button type="button" id="download-result" onClick={() => own && save(fileName(own), json, "application/json")}>
          <Icon name="down" /> Download JSON
        </button>
      </fieldset>
      <p class="hint" id="hand-in">
        {reason
          ? `This result cannot go into the leaderboard: ${reason}.`
          : "To hand it in, add the file to space/leaderboard/ of ODIN's repository and open a pull request. " +
            "It says which browser and system this is, and how many cores they report; nothing else about you."}
      </p>
      <details>
        <summary>The result as JSON</summary>
        <pre id="result-json" tabIndex={0} aria-label="The result as JSON">
          {json}
        </pre>
      </details>
    </>
  );
}

function fileName({ id }: Result): string {
  return `odin-benchmark-${id.slice(0, 12)}.json`;
}

function labels(names: readonly PromptName[]): string {
  return names.map((name) => labelOf(name).toLowerCase()).join(", ");
}

function agreementWords(own: Result): string {
  const shaky = unsteady(own);
  if (shaky.length > 0) {
    return `Repeats gave different tokens here (${labels(shaky)}): this device does not compute steadily.`;
  }
  if (board.value.state !== "ready") return "The answers cannot be compared: the leaderboard is not there.";
  const { same, of, others } = agreement(own, [...board.value.entries, ...pasted.value]);
  if (of === 0) return "There is no other result of this very model yet, with whose answers these could be compared.";
  const words = `Same tokens as ${same} of ${of} ${of === 1 ? "entry" : "entries"} of the same model and dtype.`;
  const differing = others.map(({ name, prompts }) => `${name || "a nameless one"} (${labels(prompts)})`);
  return others.length > 0 ? `${words} Other tokens than ${differing.join("; ")}.` : words;
}
