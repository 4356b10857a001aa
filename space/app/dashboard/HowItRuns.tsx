/** How the model runs here, and why so. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { detect, formatBytes, storedModels, summary, type Capabilities } from "../../runtime/index";
import { info, modelFolder, modelName } from "../session";
import { seconds } from "../ui/numbers";
import { Tile } from "./Tile";

const HERE = "measured on this device";
const CHOSEN = "chosen for this device";
const DEVICES = { wasm: "WebAssembly", webgpu: "WebGPU", cpu: "CPU" };

export function HowItRuns() {
  const found = useSignal<Capabilities | undefined>(undefined);
  const size = useSignal<number | undefined>(undefined);
  const { dtype, device, threads, loadMs, downloadMs, sessionMs, bytes, attempts = [] } = info.value ?? {};
  const capabilities = info.value?.capabilities ?? found.value;
  const loaded = info.value !== undefined;
  useEffect(() => void detect().then((now) => (found.value = now)), []);
  useEffect(() => void storedSize().then((now) => (size.value = now)), [loaded]);

  return (
    <section class="card" aria-labelledby="place-title" id="place">
      <h2 id="place-title">How it runs here</h2>
      <p class="state-line">{loaded ? `${modelName} is loaded.` : `${modelName} is not loaded yet.`}</p>
      <dl class="tiles">
        <Tile id="device" label="Device" value={device && DEVICES[device]} source={CHOSEN} />
        <Tile id="dtype" label="Type of the weights" value={dtype} source={CHOSEN} />
        <Tile id="threads" label="Threads" value={threads?.toString()} source={CHOSEN} />
        <Tile
          id="isolated"
          label="Cross-origin isolated"
          value={capabilities && (capabilities.isolated ? "yes" : "no")}
          source="told by this browser"
        />
        <Tile id="load-ms" label="Ready after, in all" value={written(loadMs)} source={HERE} />
        <Tile id="download-ms" label="Fetching its files" value={written(downloadMs)} source={HERE} />
        <Tile id="session-ms" label="Starting it" value={written(sessionMs)} source={HERE} />
        <Tile
          id="model-bytes"
          label="Model, as kept here"
          value={size.value === undefined ? undefined : formatBytes(size.value)}
          source={HERE}
        />
        <Tile
          id="network-bytes"
          label="Downloaded this time"
          value={bytes === undefined ? undefined : formatBytes(bytes)}
          source={HERE}
        />
      </dl>
      <h3>Why so</h3>
      <ul class="attempts" id="attempts">
        {attempts.length === 0 && <li>It is decided when the model is loaded.</li>}
        {attempts.map(({ reason, failure }, i) => (
          <li key={i}>
            {reason}
            {failure === undefined ? ". This is what runs." : `. It did not start: ${failure}`}
          </li>
        ))}
      </ul>
      <h3>What this browser offers</h3>
      <p class="hint capabilities" id="capabilities">
        {capabilities ? `${summary(capabilities)}.` : "Looking …"} Told by this browser; it may count more cores than
        there are.
      </p>
    </section>
  );
}

function written(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : seconds(milliseconds);
}

async function storedSize(): Promise<number | undefined> {
  try {
    const folder = modelFolder();
    return (await storedModels()).find(({ base }) => base === folder)?.bytes;
  } catch {
    return undefined; // nothing can be kept here
  }
}
