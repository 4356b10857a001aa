/** Code that is shown and not edited, plain or as a change to what was there. All of it is text. */

import { useMemo } from "preact/hooks";
import { folded, linesOf, type Row } from "./diff";
import { highlightedLines, shortened, type Piece } from "./highlight";
import { plural } from "./state";

/** Of a longer line that stays or goes the beginning is shown. */
const LINE_CHARACTERS = 400;
const MARKS = { same: " ", added: "+", removed: "−" };

export function Listing({ code, label }: { code: string; label: string }) {
  return (
    <pre class="listing" tabIndex={0} role="group" aria-label={label}>
      <code>
        {highlightedLines(code).map((line) => (
          <span class="line">
            <Pieces line={line} />
          </span>
        ))}
      </code>
    </pre>
  );
}

export function Change({ rows, before, after }: { rows: Row[]; before: string; after: string }) {
  const old = useMemo(() => highlightedLines(linesOf(before).join("\n")), [before]);
  const next = useMemo(() => highlightedLines(linesOf(after).join("\n")), [after]);
  return (
    <pre class="listing change" id="change" tabIndex={0} role="group" aria-label="Changed lines">
      <code>
        {folded(rows).map((row) => {
          if (row.kind === "gap")
            return (
              <span class="line gap">
                … {plural(row.rows, "line")} …{"\n"}
              </span>
            );
          const line = (row.kind === "removed" ? old : next)[row.line] ?? [];
          return (
            <span class={`line ${row.kind}`} data-kind={row.kind}>
              <span class="mark" aria-hidden="true">
                {MARKS[row.kind]}
              </span>
              {row.kind !== "same" && <span class="visually-hidden">{row.kind}: </span>}
              <Pieces line={row.kind === "added" ? line : shortened(line, LINE_CHARACTERS)} />
            </span>
          );
        })}
      </code>
    </pre>
  );
}

function Pieces({ line }: { line: Piece[] }) {
  return (
    <span class="text">
      {line.map(({ text, classes }) => (classes === "" ? text : <span class={classes}>{text}</span>))}
      {"\n"}
    </span>
  );
}
