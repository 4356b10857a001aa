/** What was measured of a larger ODIN on another machine, from the repository's own record of it. */

import { machine, ms, rounds } from "../../../docs/measurements/web-demands.json";
import { median, seconds } from "../ui/numbers";

const PLACES = ["decode 128", "decode 1024", "decode 4096", "prefill 256"] as const;
const HEADS = ["Token after 128", "after 1,024", "after 4,096", "First token after 256"];
type Place = (typeof PLACES)[number];
type Times = Partial<Record<Place, number[]>>;
const MODELS: readonly (readonly [string, Times])[] = [
  ["ODIN-100M's dimensions", ms["odin-100m int8, odin-llm"]],
  ["GPT-2 (124M)", ms["gpt2 int8"]],
  ["SmolLM2-135M", ms["smollm2-135m int8"]],
];
const CORES = machine.cores === 2 ? "two" : String(machine.cores);

function shown(times: Times, place: Place): string {
  const measured = times[place];
  if (measured) return seconds(median(measured));
  return times === MODELS[0]![1] && place.startsWith("decode") ? "as after 128" : "not measured";
}

export function MeasuredElsewhere() {
  return (
    <section class="card" aria-labelledby="elsewhere-title" id="elsewhere">
      <h2 id="elsewhere-title">A larger ODIN, measured elsewhere</h2>
      <p>
        These were <strong>measured on a {CORES}-core server, not on your device</strong>: models of about 100 million
        parameters in Chromium, in int8 on one thread, all with random weights. ODIN-100M has not been trained yet;
        speed depends on the dimensions, not on what was learned.
      </p>
      <div class="wide" tabIndex={0} role="group" aria-label="Measured elsewhere">
        <table>
          <caption>
            Medians of {rounds} rounds, {machine.processor}
          </caption>
          <thead>
            <tr>
              <th scope="col">Model</th>
              {HEADS.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {MODELS.map(([name, times]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {PLACES.map((place) => (
                  <td key={place}>{shown(times, place)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="hint">
        ODIN's state has one size, so that it was measured after one length of text only. GPT-2 knows 1,024 positions;
        beyond, they start again at 0, which does not change the work.
      </p>
    </section>
  );
}
