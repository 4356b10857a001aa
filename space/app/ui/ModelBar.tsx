/** The state of the model in a line, with what can be done about it. Its height never changes while it loads. */

import { formatBytes } from "../../runtime/index";
import { cancelLoading, failure, info, load, modelName, phase, progress, stopAnswer, unload } from "../session";
import { seconds } from "./numbers";

export function ModelBar() {
  const state = phase.value;
  const share = progress.value && progress.value.total > 0 ? progress.value.loaded / progress.value.total : undefined;
  const error = state === "idle" ? failure.value : undefined;
  return (
    <section class="model" aria-label="Model">
      <div class="model-line">
        <span class="dot" aria-hidden="true" />
        <p id="status" role="status">
          {describe()}
        </p>
        {state === "idle" && (
          <button type="button" id="load" onClick={() => void load().catch(() => {})}>
            {error ? "Try again" : "Load the model"}
          </button>
        )}
        {state === "loading" && (
          <button type="button" id="cancel" onClick={cancelLoading}>
            Cancel
          </button>
        )}
        {state === "ready" && (
          <button type="button" id="unload" onClick={unload}>
            Unload
          </button>
        )}
        {state === "answering" && (
          <button type="button" id="stop-all" onClick={stopAnswer}>
            Stop
          </button>
        )}
      </div>
      {state === "loading" ? (
        <progress id="progress" aria-label="Model download" max={1} {...(share === undefined ? {} : { value: share })} />
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

function describe(): string {
  if (phase.value === "loading") {
    const { loaded = 0, total = 0 } = progress.value ?? {};
    if (total === 0) return "Looking for the model …";
    return loaded < total ? `Downloading: ${formatBytes(loaded)} of ${formatBytes(total)}` : "Starting the model …";
  }
  if (info.value) {
    const { device, dtype, threads, loadMs } = info.value;
    const where = device === "wasm" ? (threads === 1 ? "1 thread" : `${threads} threads`) : "WebGPU";
    return `${modelName} is ready: ${dtype}, ${where}, started in ${seconds(loadMs)}.`;
  }
  if (failure.value?.code === "aborted") return "Loading was stopped; what had arrived is kept.";
  if (failure.value) return "The model could not be loaded.";
  return "The model is not loaded.";
}
