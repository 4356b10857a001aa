/** What the model takes of this device's memory, and what a conversation adds to it. */

import { useSignal } from "@preact/signals";
import { formatBytes } from "../../runtime/index";
import { info, memoryBytes } from "../session";
import { cacheBytes, dimensionsOf, sharedHeads, stateBytes } from "./figures";
import { Tile } from "./Tile";
import { count } from "./verdict";

/** Browsers that can measure their memory may take their time for it. */
const LONGEST_MS = 30_000;
const LENGTHS = [128, 1024, 4096, 16_384];

type Measuring = { measureUserAgentSpecificMemory?: () => Promise<{ bytes: number }> };
const offered = () => (performance as Measuring).measureUserAgentSpecificMemory !== undefined && crossOriginIsolated;

export function Memory() {
  const whole = useSignal<string | undefined>(undefined);
  const measuring = useSignal(false);
  const dimensions = info.value && dimensionsOf(info.value.config);
  const state = dimensions && stateBytes(dimensions);

  const measure = async () => {
    measuring.value = true;
    whole.value = await wholeMemory();
    measuring.value = false;
  };

  return (
    <section class="card" aria-labelledby="memory-title" id="memory">
      <h2 id="memory-title">Memory</h2>
      <dl class="tiles">
        <Tile
          id="memory-bytes"
          label="The model's WebAssembly"
          value={memoryBytes.value === undefined ? undefined : formatBytes(memoryBytes.value)}
          source="measured on this device"
        />
        <Tile
          id="page-bytes"
          label="The whole page"
          value={measuring.value ? "measuring …" : whole.value}
          source="told by this browser"
        />
        <Tile
          id="state-bytes"
          label="State of a conversation"
          value={state === undefined ? undefined : formatBytes(state)}
          source="computed"
        />
      </dl>
      <p class="hint">
        The model's WebAssembly is what onnxruntime has taken in its worker, weights and working space, after the last
        answer. The whole page is all that the browser counts for it: scripts, document and workers.
      </p>
      <div class="controls">
        <button
          type="button"
          id="measure-memory"
          disabled={!offered() || measuring.value}
          onClick={() => void measure()}
        >
          Measure the whole page
        </button>
        <p class="hint inline">
          {offered()
            ? "It may take a while: the browser waits for a quiet moment."
            : "This browser does not offer it, or the page is not isolated."}
        </p>
      </div>
      <h3>State and cache</h3>
      <p class="hint">
        ODIN's state has the same size after any text. A transformer of the same width and depth keeps a key and a
        value of every token: 2 × layers × shared heads × head size × 4 bytes a token. Computed, with as many shared
        heads as there are heads, and with a third of them as in the reference transformer below.
      </p>
      <div class="wide" tabIndex={0} role="group" aria-label="State and cache by length of the text">
        <table id="cache">
          <thead>
            <tr>
              <th scope="col">Tokens of text</th>
              <th scope="col">ODIN's state</th>
              <th scope="col">Cache, a third of the heads</th>
              <th scope="col">Cache, all heads</th>
            </tr>
          </thead>
          <tbody>
            {LENGTHS.map((tokens) => (
              <tr key={tokens}>
                <th scope="row">{count(tokens)}</th>
                <td>{state === undefined ? "…" : formatBytes(state)}</td>
                <td>{dimensions ? formatBytes(cacheBytes(dimensions, sharedHeads(dimensions), tokens)) : "…"}</td>
                <td>{dimensions ? formatBytes(cacheBytes(dimensions, dimensions.heads, tokens)) : "…"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

async function wholeMemory(): Promise<string> {
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("no answer in time")), LONGEST_MS));
  try {
    const { bytes } = await Promise.race([(performance as Measuring).measureUserAgentSpecificMemory!(), late]);
    return formatBytes(bytes);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
