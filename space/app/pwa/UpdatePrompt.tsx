/** Says that a new version is there. Nothing is reloaded before the visitor asks for it: an answer may be under way. */

import { useSignal } from "@preact/signals";
import { applyUpdate, updateWaiting } from "./update";

export function UpdatePrompt() {
  const later = useSignal(false);
  const shown = updateWaiting.value && !later.value;
  // The region is there from the start: screen readers announce what is put into one, not one that appears.
  return (
    <div class="update" role="status" id="update">
      {shown && (
        <div class="update-card">
          <p>A new version of this page is ready.</p>
          <button type="button" class="primary" id="update-now" onClick={applyUpdate}>
            Reload now
          </button>
          <button type="button" id="update-later" onClick={() => (later.value = true)}>
            Later
          </button>
        </div>
      )}
    </div>
  );
}
