/** Icons of strokes, 24 units square, in the colour of the text beside them. They say nothing by themselves. */

const PATHS = {
  brand: "M20.5 12a8.5 8.5 0 1 1-3.1-6.6",
  chat: "M4 5h16v11H9l-5 4z",
  maths: "M5 8h6M8 5v6M14 8h5M5 16.5h6M14 15h5M14 18h5",
  code: "M8.5 7 4 12l4.5 5M15.5 7 20 12l-4.5 5M13.2 5l-2.4 14",
  teach: "M12 5 2.5 9.5 12 14l9.5-4.5zM6.5 11.6V16c1.5 1.5 3.3 2.3 5.5 2.3s4-.8 5.5-2.3v-4.4",
  gauge: "M4 17a8 8 0 1 1 16 0M12 17l4-5.5",
  bars: "M5 19v-6M10 19V8M15 19v-9M20 19V5",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 11v5.5M12 7.8v.2",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M18.7 5.3 17 7M7 17l-1.7 1.7",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10",
  auto: "M12 3.5a8.5 8.5 0 1 0 0 17zM12 3.5a8.5 8.5 0 0 1 0 17",
  send: "M5 12h13M12.5 6.5 18 12l-5.5 5.5",
  stop: "M7 7h10v10H7z",
  check: "M5 12.5 10 17.5 19.5 7",
  cross: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  again: "M19 12a7 7 0 1 1-2-5M19 4v4h-4",
  bin: "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13",
  plus: "M12 5v14M5 12h14",
  down: "M12 4v11M7 11l5 5 5-5M5 20h14",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 6v12M15.5 6v12",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
      {name === "brand" && <circle cx="12" cy="12" r="2.8" />}
    </svg>
  );
}
