/** What ODIN is, what it cannot do, and where each number comes from. */

import { useEffect } from "preact/hooks";
import { SharePanel } from "../analytics/SharePanel";
import { info, modelHost, timings } from "../session";
import { median, percent, seconds, threadsInWords, tokensPerSecond } from "../ui/numbers";
import { InstallButton } from "../pwa/InstallButton";
import { StoragePanel } from "../pwa/StoragePanel";
import { card, cardFolder, loadCard, type Card, type Score } from "./card";
import { formatBytes, VERSION } from "../../runtime/index";
import "../styles/about.css";

export function About() {
  useEffect(() => void loadCard(), [info.value]);
  const about = card.value;
  return (
    <div class="about">
      <h1>What is this?</h1>
      <p class="lead">
        ODIN is a small language model that was taught only to reason, and that runs whole inside this browser tab. It
        asks whether a model can be useful on weak hardware when it knows almost nothing but how to work things out.
      </p>
      <div class="columns">
        <section>
          <h2>Small on purpose</h2>
          <p>
            {about && about !== "missing"
              ? `${about.name} has ${about.parameters.toLocaleString("en")} parameters; usual chat models have billions. `
              : "It has a few million parameters, where usual chat models have billions. "}
            It was trained from nothing, only on exercises in mathematics, logic and Python that a program made up and
            a second program checked. It has read no web page, no book and no conversation.
          </p>
        </section>
        <section>
          <h2>No attention</h2>
          <p>
            Instead of looking back at every earlier word, it keeps one memory of fixed size and corrects it with each
            token (a gated delta rule, after RWKV-7 and Mamba-2). So the thousandth token costs the same as the first,
            and memory does not grow with the conversation.
          </p>
        </section>
        <section>
          <h2>Private</h2>
          <p>
            The model is downloaded once{modelHost && `, from ${modelHost},`} and kept by this browser. What you type
            is computed here and stays here. There is no server behind this page, no account and no tracking; without a
            network it goes on working.
          </p>
        </section>
      </div>

      <section class="card" id="cannot">
        <h2>What it cannot do</h2>
        <ul>
          <li>It knows no facts: no history, no people, no news, no words of other languages.</li>
          <li>
            Outside of the kinds of exercise it was taught it writes confident nonsense. Even inside them it is often
            wrong; the tables below say how often.
          </li>
          <li>
            It copies unusual names and long numbers badly, and longer problems go wrong more often than short ones.
          </li>
          <li>
            A step that this page marks as right is right as arithmetic. Whether it was the step to take, nobody
            checks.
          </li>
          <li>It is a study of an idea. Do not use it where a wrong answer does harm.</li>
        </ul>
      </section>

      <ThisDevice />
      <Measured about={about} />
      <SharePanel />
      <StoragePanel />
      <InstallButton />
    </div>
  );
}

/** Numbers of this very device and visit. */
function ThisDevice() {
  const model = info.value;
  const rates = timings.value.flatMap((timing) => tokensPerSecond(timing) ?? []);
  return (
    <section class="card" id="this-device">
      <h2>Measured on this device</h2>
      {model ? (
        <dl class="facts">
          <Fact name="Model">
            {model.model ?? "without a name"} {model.version ?? ""}
          </Fact>
          {modelHost && <Fact name="Comes from">{modelHost}</Fact>}
          {model.variant && (
            <Fact name="Variant">
              {model.variant.name}, of {model.variant.experiment}
            </Fact>
          )}
          <Fact name="Runs on">
            {model.device === "wasm" ? `WebAssembly, ${threadsInWords(model.threads)}` : "WebGPU"}, {model.dtype}
          </Fact>
          <Fact name="Fetched at this start">{formatBytes(model.bytes)}</Fact>
          <Fact name="Ready after">{seconds(model.loadMs)}</Fact>
          <Fact name="Speed">
            {rates.length > 0
              ? `${Math.round(median(rates))} tokens/s (median of ${rates.length} answers in this visit)`
              : "not measured yet: ask something"}
          </Fact>
        </dl>
      ) : (
        <p>
          Nothing yet: the model is not loaded. Everything that the dashboard and the benchmark show was measured here,
          on your device, unless they say otherwise.
        </p>
      )}
      {model?.variant && (
        <p class="hint" id="variant">
          This site tries models against each other. Which one you get is drawn here, by a random number that this
          browser keeps and sends nowhere, so that it stays the same one.
        </p>
      )}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Measured({ about }: { about: Card | "missing" | undefined }) {
  if (about === undefined) return <section class="card measured" aria-busy="true" />;
  if (about === "missing") {
    return (
      <section class="card measured">
        <h2>Model card</h2>
        <p>This model's folder has no card, or the network is gone.</p>
      </section>
    );
  }
  const { training, families = [], suites = [] } = about;
  return (
    <section class="card measured" id="card">
      <h2>
        Model card: {about.name} {about.version ?? ""}
      </h2>
      <dl class="facts">
        <Fact name="Parameters">{about.parameters.toLocaleString("en")}</Fact>
        {training && (
          <Fact name="Trained on">
            {(training.tokens / 1e6).toFixed(1)} million tokens in {Math.round(training.minutes)} minutes (
            {training.device})
          </Fact>
        )}
        <Fact name="Licence">Apache-2.0</Fact>
        <Fact name="Runtime">odin-llm {VERSION}</Fact>
      </dl>
      {families.length > 0 && (
        <Scores
          caption="Exercises of the kinds that it was taught, not in its training (measured by its makers, not on this device)"
          scores={families}
        />
      )}
      {suites.length > 0 && (
        <Scores caption="Other problems, most of them harder (measured by its makers as well)" scores={suites} />
      )}
      <p class="hint">
        Greedy decoding, no tools; 95% intervals.{" "}
        <a href={`${cardFolder.value}README.md`} target="_blank" rel="noreferrer">
          The whole model card, as text
        </a>
      </p>
    </section>
  );
}

function Scores({ caption, scores }: { caption: string; scores: Score[] }) {
  return (
    <div class="wide" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Problems of</th>
            <th scope="col">Number</th>
            <th scope="col">Right</th>
            <th scope="col">Interval</th>
          </tr>
        </thead>
        <tbody>
          {scores.map(({ name, title, problems, score, interval: [low, high] }) => (
            <tr key={name}>
              <th scope="row">{title ?? name}</th>
              <td>{problems.toLocaleString("en")}</td>
              <td>{percent(score)}</td>
              <td>
                {percent(low)} to {percent(high)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
