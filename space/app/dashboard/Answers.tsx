/** The answers of this visit: how fast they came. */

import { useSignal } from "@preact/signals";
import { asking } from "../asking";
import { phase, timings } from "../session";
import { LineChart } from "../ui/Chart";
import { median, seconds, tokensPerSecond } from "../ui/numbers";
import { binned, type Bin } from "./figures";
import { Tile } from "./Tile";
import { count } from "./verdict";

const QUESTION = "A baker has 96 rolls. She sells 5 bags of 12 rolls and gives away 8. How many rolls are left?";
const HERE = "measured on this device";

export function Answers() {
  const said = useSignal("");
  const problem = useSignal<string | undefined>(undefined);
  const last = timings.value.at(-1);
  const rates = timings.value.map(tokensPerSecond).filter((rate) => rate !== undefined);
  const rate = last && tokensPerSecond(last);
  const first = last && last.tokens > 0 ? seconds(last.prefillMs) : undefined;
  const { bins, size } = binned(last?.tokenMs ?? []);
  const busy = phase.value === "loading" || phase.value === "answering";

  const askIt = async () => {
    problem.value = undefined;
    said.value = "";
    const asked = await asking(QUESTION, ({ text }) => (said.value = text), { from: "dashboard" });
    said.value = asked.text;
    if ("error" in asked) problem.value = asked.error.message;
  };

  return (
    <section class="card" aria-labelledby="answers-title" id="answers" data-answers={timings.value.length}>
      <h2 id="answers-title">Answers of this visit</h2>
      <p class="state-line" role="status">
        {last
          ? `${count(timings.value.length)} so far; the numbers are those of the last one.`
          : "No answer yet. Ask one, here or in any mode."}
      </p>
      <dl class="tiles">
        <Tile id="rate" label="Tokens a second, last answer" value={written(rate)} source={HERE} />
        <Tile
          id="median-rate"
          label={`Tokens a second, median of ${count(rates.length)}`}
          value={written(rates.length > 0 ? median(rates) : undefined)}
          source={HERE}
        />
        <Tile id="first-token" label="First token after" value={first} source={HERE} />
        <Tile
          id="lengths"
          label="Tokens read and written"
          value={last && `${count(last.readTokens)} + ${count(last.tokens)}`}
          source={HERE}
        />
      </dl>
      <LineChart
        id="answer-chart"
        title="Time of each token in the last answer"
        description={describe(bins, last?.tokens)}
        x={{ label: "token of the answer", unit: "" }}
        y={{ label: "time", unit: "ms", format: (value) => Number(value.toPrecision(3)).toLocaleString("en") }}
        series={[{ name: "ODIN", points: bins }]}
      />
      <p class="hint">
        A recurrent model does the same work for every token, however long the text has become, so that the line stays
        flat; what moves it is what else the device does.{" "}
        {size > 1 ? `Each point is the median of ${size} tokens. ` : ""}Measured on this device.
      </p>
      <div class="controls">
        <button type="button" id="ask-standard" disabled={busy} onClick={() => void askIt()}>
          Ask a standard question
        </button>
        <p class="hint inline">{QUESTION}</p>
      </div>
      <p class="said-here" dir="auto">
        {said.value}
      </p>
      {problem.value && (
        <p class="error" role="alert">
          {problem.value}
        </p>
      )}
    </section>
  );
}

function describe(bins: readonly Bin[], tokens: number | undefined): string {
  if (tokens === undefined) return "There is no answer yet.";
  if (bins.length === 0) return "The last answer had too few tokens.";
  const times = bins.map(({ y }) => y);
  const [fastest, slowest] = [Math.min(...times), Math.max(...times)];
  return `Between ${seconds(fastest)} and ${seconds(slowest)} a token over ${count(tokens)} tokens.`;
}

function written(rate: number | undefined): string | undefined {
  return rate?.toFixed(rate < 10 ? 1 : 0);
}
