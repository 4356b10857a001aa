/** Says that a new version is there. Nothing is reloaded unless the visitor says so: an answer may be under way. */

import { applyUpdate, updateWaiting } from "./update";

export function UpdatePrompt() {
  // The region is there from the start: screen readers announce what is put into one, not one that appears.
  return (
    <div class="update" role="status" id="update">
      {updateWaiting.value && (
        <div class="update-card">
          <p>A new version of this page is ready.</p>
          <button type="button" class="primary" id="update-now" onClick={applyUpdate}>
            Reload now
          </button>
          <button type="button" id="update-later" onClick={() => (updateWaiting.value = false)}>
            Later
          </button>
        </div>
      )}
    </div>
  );
}
