/** What an answer depended on, from which it can be generated again. */

import type { Stats } from "../../runtime/index";
import { CopyButton } from "./CopyButton";
import { useState } from "preact/hooks";

export function Record({ stats }: { stats: Stats }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="record" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Record of this answer</summary>
      {open && <Shown text={JSON.stringify(stats.record, null, 2)} />}
    </details>
  );
}

function Shown({ text }: { text: string }) {
  return (
    <>
      <p class="hint">
        Model, seed, parameters and tokens: with the same files, “odin-llm --replay” gives the same answer again.
      </p>
      <pre tabIndex={0} aria-label="Record as JSON">
        {text}
      </pre>
      <CopyButton text={text} label="Copy the record" />
    </>
  );
}
