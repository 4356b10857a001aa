/** A number with its name, and where it comes from. */

/** Where a number comes from. */
export type Source = "measured on this device" | "chosen for this device" | "told by this browser" | "computed";

export interface TileProps {
  id: string;
  label: string;
  /** Undefined while there is none; the tile keeps its size. */
  value: string | undefined;
  source: Source;
}

export function Tile({ id, label, value, source }: TileProps) {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd id={id} data-empty={value === undefined}>
        {value ?? "none yet"}
      </dd>
      <dd class="source">{source}</dd>
    </div>
  );
}
