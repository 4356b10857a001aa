/** The state of the model in a line, with what can be done about it. Its height never changes while it loads. */

import { formatBytes } from "../../runtime/index";
import {
  adapter,
  cancelLoading,
  failure,
  info,
  load,
  modelHost,
  modelName,
  phase,
  progress,
  stopAnswer,
  unload,
  type Phase,
} from "../session";
import { Icon } from "./Icon";
import { seconds, threadsInWords } from "./numbers";

export function ModelBar() {
  const state = phase.value;
  const share = progress.value && progress.value.total > 0 ? progress.value.loaded / progress.value.total : undefined;
  const error = state === "idle" ? failure.value : undefined;
  const action = actions(error !== undefined)[state];
  return (
    <section class="model" aria-label="Model">
      <div class="model-line">
        <span class="dot" aria-hidden="true" />
        <p id="status">
          <span role="status">{describe()}</span>
          {/* It changes too often to be read out. */}
          <span aria-hidden="true">{downloaded()}</span>
        </p>
        {adapter.value && (
          <a class="taught" id="taught" href="#/teach" title="It has learned something in this browser">
            <Icon name="teach" /> <span>Taught</span>
          </a>
        )}
        {/* One button throughout, so that it keeps the focus. */}
        <button type="button" id={action.id} onClick={action.press}>
          {action.label}
        </button>
      </div>
      {state === "loading" ? (
        <progress
          id="progress"
          aria-label="Model download"
          max={1}
          {...(share === undefined ? {} : { value: share })}
        />
      ) : (
        <div class="rest" />
      )}
      {error && error.code !== "aborted" && (
        <p class="error" id="error" role="alert" data-code={error.code}>
          {error.message}
        </p>
      )}
    </section>
  );
}

function actions(failed: boolean): Record<Phase, { id: string; label: string; press: () => void }> {
  return {
    idle: { id: "load", label: failed ? "Try again" : "Load the model", press: () => void load().catch(() => {}) },
    loading: { id: "cancel", label: "Cancel", press: cancelLoading },
    ready: { id: "unload", label: "Unload", press: unload },
    answering: { id: "stop-all", label: "Stop", press: stopAnswer },
  };
}

function describe(): string {
  const from = modelHost === undefined ? "" : ` from ${modelHost}`;
  if (phase.value === "loading") {
    const { loaded = 0, total = 0 } = progress.value ?? {};
    if (total === 0) return `Looking for the model${from} …`;
    return loaded < total ? `Downloading the model${from}` : "Starting the model …";
  }
  if (info.value) {
    const { device, dtype, threads, loadMs, variant } = info.value;
    const where = device === "wasm" ? threadsInWords(threads) : "WebGPU";
    const name = variant ? `${modelName} (variant ${variant.name})` : modelName;
    return `${name} is ready: ${dtype}, ${where}, started in ${seconds(loadMs)}.`;
  }
  if (failure.value?.code === "aborted") return "Loading was stopped; what had arrived is kept.";
  if (failure.value) return "The model could not be loaded.";
  return modelHost === undefined ? "The model is not loaded." : `The model is not loaded. It comes from ${modelHost}.`;
}

function downloaded(): string {
  const { loaded = 0, total = 0 } = (phase.value === "loading" && progress.value) || {};
  return loaded < total ? `: ${formatBytes(loaded)} of ${formatBytes(total)}` : "";
}
