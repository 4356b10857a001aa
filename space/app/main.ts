/** The page: loads the model when asked, and shows answers as they come. */

import { formatBytes, OdinError, OdinLLM } from "../runtime/index";
import type { Device, Dtype, ModelInfo, Stats } from "../runtime/index";
import { AnswerView } from "./answer";
import { EXAMPLES } from "./examples";

const query = new URLSearchParams(location.search);
const modelUrl = query.get("model") ?? "models/odin-nano/";
// Unchecked here: the runtime refuses what it does not know, in words.
const dtype = (query.get("dtype") ?? "q8") as Dtype;
const device = (query.get("device") ?? "wasm") as Device;
const threads = Number(query.get("threads"));

const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const loadButton = byId<HTMLButtonElement>("load");
const solveButton = byId<HTMLButtonElement>("solve");
const stopButton = byId<HTMLButtonElement>("stop");
const promptBox = byId<HTMLTextAreaElement>("prompt");
const temperatureBox = byId<HTMLInputElement>("temperature");
const seedBox = byId<HTMLInputElement>("seed");
const maxTokensBox = byId<HTMLInputElement>("max-tokens");
const statusLine = byId("status");
const progressBar = byId<HTMLProgressElement>("progress");
const errorBox = byId("error");
const answerList = byId("answer");

let loading: Promise<OdinLLM> | undefined;
let answering: AbortController | undefined;

/** `idle`, `loading`, `ready` or `answering`: the style sheet and the buttons follow it. */
function setState(state: "idle" | "loading" | "ready" | "answering"): void {
  document.body.dataset["state"] = state;
  loadButton.hidden = state !== "idle";
  progressBar.hidden = state !== "loading";
  stopButton.hidden = state !== "answering";
  solveButton.disabled = state === "loading" || state === "answering";
  answerList.setAttribute("aria-busy", String(state === "answering"));
}

function showError(error: unknown): void {
  errorBox.textContent = error instanceof Error ? error.message : String(error);
  errorBox.dataset["code"] = error instanceof OdinError ? error.code : "engine";
  errorBox.hidden = false;
}

/** The model, loaded at most once; after a failure the next call tries again. */
function model(): Promise<OdinLLM> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    setState("idle");
    statusLine.textContent = "The model could not be loaded.";
    throw error;
  });
  return loading;
}

async function load(): Promise<OdinLLM> {
  if (new URL(modelUrl, document.baseURI).origin !== location.origin) {
    throw new OdinError("bad-option", `This page loads models from its own address only, not from ${modelUrl}.`);
  }
  setState("loading");
  statusLine.textContent = "Looking for the model …";
  progressBar.removeAttribute("value");
  const llm = await OdinLLM.load(modelUrl, {
    ortUrl: "ort/",
    dtype,
    device,
    ...(threads > 0 ? { threads } : {}),
    onProgress({ loaded, total }) {
      progressBar.value = total > 0 ? loaded / total : 0;
      statusLine.textContent =
        loaded < total ? `Downloading: ${formatBytes(loaded)} of ${formatBytes(total)}` : "Starting the model …";
    },
  });
  statusLine.textContent = describe(llm.info);
  setState("ready");
  return llm;
}

function describe(info: ModelInfo): string {
  const name = modelUrl.split("/").filter(Boolean).at(-1);
  const threads = info.threads === 1 ? "1 thread" : `${info.threads} threads`;
  const where = info.device === "wasm" ? threads : "WebGPU";
  return `${name} is ready: ${formatBytes(info.bytes)}, ${info.dtype}, ${where}, loaded in ${seconds(info.loadMs)}.`;
}

async function solve(): Promise<void> {
  if (solveButton.disabled) return;
  errorBox.hidden = true;
  const prompt = promptBox.value.trim();
  try {
    // Said before the download: nobody should wait for a model to learn that the box was empty.
    if (prompt === "") throw new OdinError("empty-prompt", "There is no question yet. Type one and try again.");
    const llm = await model();
    await answer(llm, prompt);
  } catch (error) {
    showError(error);
    if (error instanceof OdinError && error.code === "empty-prompt") promptBox.focus();
  }
}

async function answer(llm: OdinLLM, prompt: string): Promise<void> {
  answering = new AbortController();
  setState("answering");
  byId("result").hidden = false;
  byId("question").textContent = prompt.length > 300 ? `${prompt.slice(0, 300)} …` : prompt;
  byId("stats").textContent = "Reading …";
  const view = new AnswerView(answerList);
  let text = "";
  let tokens = 0;
  let frame = 0;
  // Tokens may come faster than the screen can show them.
  const draw = () => {
    frame = 0;
    view.show(text);
    byId("stats").textContent = `${tokens} tokens`;
  };
  view.show("");
  if (matchMedia("(pointer: coarse)").matches) promptBox.blur(); // the on-screen keyboard would cover the answer
  byId("result").scrollIntoView({ block: "nearest" });
  try {
    const stream = llm.generate(prompt, {
      temperature: temperatureBox.valueAsNumber,
      seed: seedBox.valueAsNumber,
      maxTokens: maxTokensBox.valueAsNumber,
      signal: answering.signal,
      onPrefill: (done, total) => {
        byId("stats").textContent = `Reading: ${done} of ${total} tokens`;
      },
    });
    for (;;) {
      const next = await stream.next();
      if (next.done) {
        cancelAnimationFrame(frame);
        draw();
        showStats(next.value);
        return;
      }
      text += next.value.text;
      tokens += next.value.tokens.length;
      frame ||= requestAnimationFrame(draw);
    }
  } catch (error) {
    cancelAnimationFrame(frame);
    byId("result").hidden = text === "";
    byId("stats").textContent = "Ended by an error.";
    throw error;
  } finally {
    answering = undefined;
    setState("ready");
  }
}

function showStats(stats: Stats): void {
  const endings = { eos: "", stopped: " · stopped", length: " · cut at the longest length" };
  const steps = stats.tokens.length - 1;
  const rate = steps > 0 ? ` · ${Math.round(steps / (stats.decodeMs / 1e3))} tokens/s` : "";
  const first = ` · first token after ${seconds(stats.prefillMs)}`;
  byId("stats").textContent = `${stats.tokens.length} tokens${rate}${first}${endings[stats.finish]}`;
  byId("stats").dataset["finish"] = stats.finish;
  byId("prompt-tokens").textContent = stats.promptTokens.join(" ");
  byId("tokens").textContent = stats.tokens.join(" ");
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

for (const [label, question] of EXAMPLES) {
  const chip = document.createElement("button");
  chip.type = "button";
  chip.textContent = label;
  chip.title = question;
  chip.addEventListener("click", () => {
    promptBox.value = question;
    void solve();
  });
  byId("examples").append(chip);
}
byId("debug").hidden = !query.has("debug");
loadButton.addEventListener("click", () => {
  errorBox.hidden = true;
  model().catch(showError);
});
stopButton.addEventListener("click", () => answering?.abort());
byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  void solve();
});
promptBox.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  void solve();
});
setState("idle");
