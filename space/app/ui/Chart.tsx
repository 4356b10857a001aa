/** Charts drawn as SVG, each with its numbers in a table for those who cannot or do not want to look at it. */

import { signal } from "@preact/signals";
import { useId, useState } from "preact/hooks";
import { linearScale, logScale, type Scale } from "./scale";
import "../styles/chart.css";

export interface Axis {
  label: string;
  /** Behind each number of the table, as `ms`; empty for mere counts. */
  unit: string;
  /** Ticks of a logarithmic axis, the ends included. Without, the axis is linear and begins at 0. */
  ticks?: readonly number[];
  /** What a linear axis reaches at least, so that a growing line has its whole room from the start. */
  reaches?: number;
  format?: (value: number) => string;
}

export interface Series {
  name: string;
  points: readonly { x: number; y: number }[];
}

export interface LineChartProps {
  id: string;
  title: string;
  /** What can be seen, in a sentence: for those who cannot see it. */
  description: string;
  x: Axis;
  y: Axis;
  /** For a chart beside another one: letters are larger in proportion. */
  compact?: boolean;
  /** Up to 4. Without any point, the empty axes keep the place. */
  series: readonly Series[];
}

const DASHES = ["", "7 4", "2 3", "9 3 2 3"];
/** With more points, the line says enough. */
const MOST_MARKERS = 24;
const PADDING = { top: 30, right: 18, bottom: 40, left: 46 };

const phone = globalThis.matchMedia?.("(max-width: 34rem)");
const narrow = signal(phone?.matches ?? false);
phone?.addEventListener("change", ({ matches }) => (narrow.value = matches));

export function LineChart({ id, title, description, x, y, series, compact = false }: LineChartProps) {
  // Several sizes, since the letters are scaled with the picture.
  const [width, height] = narrow.value ? [300, 230] : compact ? [420, 260] : [680, 290];
  const points = series.flatMap((one) => one.points);
  const across = scaleOf(
    x,
    points.map((point) => point.x),
  );
  const up = scaleOf(
    y,
    points.map((point) => point.y),
  );
  const inner = { width: width - PADDING.left - PADDING.right, height: height - PADDING.top - PADDING.bottom };
  const left = (value: number) => PADDING.left + across.at(value) * inner.width;
  const top = (value: number) => PADDING.top + (1 - up.at(value)) * inner.height;
  const bottom = PADDING.top + inner.height;
  return (
    <Figure id={id} title={title} legend={series.length > 1 ? series.map(({ name }) => name) : []}>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}. ${description}`}>
        {up.ticks.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={PADDING.left} x2={width - PADDING.right} y1={top(tick)} y2={top(tick)} />
            <text class="tick" x={PADDING.left - 7} y={top(tick)} dy="0.34em" text-anchor="end">
              {written(y, tick)}
            </text>
          </g>
        ))}
        {across.ticks.map((tick) => (
          <text key={tick} class="tick" x={left(tick)} y={bottom + 17} text-anchor="middle">
            {written(x, tick)}
          </text>
        ))}
        <line class="axis" x1={PADDING.left} x2={width - PADDING.right} y1={bottom} y2={bottom} />
        <text class="axis-label" x={PADDING.left + inner.width / 2} y={height - 7} text-anchor="middle">
          {named(x)}
        </text>
        <text class="axis-label" x={0} y={12}>
          {named(y)}
        </text>
        {series.map(({ name, points }, i) => (
          <g key={name} class={`series-${i + 1}`}>
            <polyline points={points.map((p) => `${left(p.x)},${top(p.y)}`).join(" ")} stroke-dasharray={DASHES[i]} />
            {points.length <= MOST_MARKERS &&
              points.map((p) => (
                <path key={p.x} d={marker(i, left(p.x), top(p.y))}>
                  <title>{`${name}, ${valued(x, p.x)}: ${valued(y, p.y)}`}</title>
                </path>
              ))}
          </g>
        ))}
      </svg>
      <Numbers
        head={[named(x), ...series.map(({ name }) => name)]}
        rows={() =>
          [...new Set(points.map((p) => p.x))]
            .sort((a, b) => a - b)
            .map((at) => [
              written(x, at),
              ...series.map(({ points }) => {
                const found = points.find((p) => p.x === at);
                return found ? valued(y, found.y) : "";
              }),
            ])
        }
      />
    </Figure>
  );
}

interface FigureProps {
  id: string;
  title: string;
  legend: readonly string[];
  children: preact.ComponentChildren;
}

function Figure({ id, title, legend, children }: FigureProps) {
  const caption = useId();
  return (
    <figure class="chart" id={id} aria-labelledby={caption}>
      <figcaption id={caption}>
        <span class="chart-title">{title}</span>
        {legend.map((name, i) => (
          <span key={name} class={`chart-key series-${i + 1}`}>
            <svg viewBox="0 0 34 12" aria-hidden="true">
              <polyline points="1,6 33,6" stroke-dasharray={DASHES[i]} />
              <path d={marker(i, 17, 6)} />
            </svg>
            {name}
          </span>
        ))}
      </figcaption>
      {children}
    </figure>
  );
}

/** The table is only made when it is opened: it may have hundreds of rows. */
function Numbers({ head, rows }: { head: readonly string[]; rows: () => string[][] }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Numbers of this chart</summary>
      {open && (
        <div class="wide" tabIndex={0} role="group" aria-label="Numbers of this chart">
          <table>
            <thead>
              <tr>
                {head.map((name, i) => (
                  <th key={i} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows().map(([first, ...others], i) => (
                <tr key={i}>
                  <th scope="row">{first}</th>
                  {others.map((cell, i) => (
                    <td key={i}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

function scaleOf({ ticks, reaches = 0 }: Axis, values: readonly number[]): Scale {
  return ticks ? logScale(ticks) : linearScale(Math.max(reaches, ...values), 5);
}

function written({ format }: Axis, value: number): string {
  return format ? format(value) : value.toLocaleString("en");
}

function valued(axis: Axis, value: number): string {
  return axis.unit === "" ? written(axis, value) : `${written(axis, value)} ${axis.unit}`;
}

function named({ label, unit }: Axis): string {
  return unit === "" ? label : `${label}, ${unit}`;
}

/** The outline of a marker around a point: circle, square, triangle or diamond, so that colour is not all there is. */
function marker(series: number, x: number, y: number): string {
  const shapes = [
    `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z`,
    `M${x - 3.6} ${y - 3.6}h7.2v7.2h-7.2z`,
    `M${x} ${y - 4.8}l4.6 8h-9.2z`,
    `M${x} ${y - 5}l5 5-5 5-5-5z`,
  ];
  return shapes[series % shapes.length]!;
}
