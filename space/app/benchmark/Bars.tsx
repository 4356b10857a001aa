/** The comparison as bars: words and numbers for everyone, lengths for those who see them. */

import { useSignal } from "@preact/signals";
import { formatBytes } from "../../runtime/index";
import { seconds } from "../ui/numbers";
import { firstTokenMs, rate } from "./compare";
import { runsOn, titleOf, type Entry } from "./entries";

interface Metric {
  label: string;
  value: (entry: Entry) => number | undefined;
  write: (number: number) => string;
  /** Whether more is better. */
  more: boolean;
}

const METRICS = {
  rate: { label: "Tokens per second", value: rate, write: (number) => `${number.toFixed(0)} tokens/s`, more: true },
  first: { label: "Time to the first token", value: firstTokenMs, write: seconds, more: false },
  start: { label: "Start", value: (of) => of.medians.loadMicros / 1000, write: seconds, more: false },
  memory: { label: "Memory", value: (of) => of.medians.memoryBytes ?? undefined, write: formatBytes, more: false },
} as const satisfies Record<string, Metric>;

type MetricName = keyof typeof METRICS;

/** More would be no picture; the table has all. */
const MOST = 12;

/** A bar for the visitor's own result, where nothing moves when it comes, and one for each of the best entries. */
export function Bars({ own, entries }: { own: Entry | undefined; entries: readonly Entry[] }) {
  const chosen = useSignal<MetricName>("rate");
  const { value, write, more, label }: Metric = METRICS[chosen.value];
  const known = entries.filter((entry) => value(entry) !== undefined);
  known.sort((a, b) => (value(a)! - value(b)!) * (more ? -1 : 1));
  const shown = [...(own ? [own] : []), ...known.slice(0, MOST)];
  const longest = Math.max(...shown.map((entry) => value(entry) ?? 0));
  const draw = (entry: Entry) => {
    const number = value(entry);
    return <Bar key={entry.id} entry={entry} words={number && write(number)} share={(number ?? 0) / longest} />;
  };
  return (
    <figure class="bars">
      <figcaption>
        <label class="label" for="metric">
          Compare by
        </label>
        <select id="metric" onChange={({ currentTarget }) => (chosen.value = currentTarget.value as MetricName)}>
          {Object.entries(METRICS).map(([name, { label: text, more: up }]) => (
            <option key={name} value={name} selected={name === chosen.value}>
              {text} ({up ? "more" : "less"} is better)
            </option>
          ))}
        </select>
      </figcaption>
      <ol id="bars" aria-label={label}>
        {!own && <Bar entry={undefined} words={undefined} share={0} />}
        {shown.map(draw)}
      </ol>
    </figure>
  );
}

interface BarProps {
  /** Undefined for this device before it was measured. */
  entry: Entry | undefined;
  words: string | undefined | 0;
  share: number;
}

function Bar({ entry, words, share }: BarProps) {
  const described = entry
    ? `${entry.place.browser.name} ${entry.place.browser.version} · ${entry.model.name ?? "unnamed"} ${runsOn(entry)}`
    : "not measured yet";
  return (
    <li data-origin={entry?.origin ?? "own"}>
      <p>
        <bdi>{entry ? titleOf(entry) : "This device"}</bdi>
        <span>{described}</span>
        <b>{words || "–"}</b>
      </p>
      <div class="bar" aria-hidden="true">
        <div style={{ width: `${100 * share}%` }} />
      </div>
    </li>
  );
}
