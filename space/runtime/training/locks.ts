/** One training of a model at a time: in all tabs of the origin where the browser can do that, else in this thread. */

import { linkedController, unlessAborted } from "../download/tasks";
import { OdinError } from "../errors";
import { within } from "../timeout";

/** A thread that is being ended lets go of it within this time. */
const PATIENCE_MS = 3000;
const held = new Set<string>();

/**
 * Waits until the run is nobody else's.
 *
 * @returns what lets go of it; a thread that ends does so by itself.
 * @throws OdinError `storage` when another tab trains it; the signal's reason
 */
export async function holdRun(run: string, signal: AbortSignal): Promise<() => void> {
  const locks = globalThis.navigator?.locks;
  if (!locks) {
    if (held.has(run)) throw busy();
    held.add(run);
    return () => void held.delete(run);
  }
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  const { controller, release: unlink } = linkedController(signal);
  const asked = new Promise<void>((resolve, reject) => {
    const hold = async () => {
      if (controller.signal.aborted) return;
      resolve();
      await released;
    };
    locks.request(`odin-llm training ${run}`, { signal: controller.signal }, hold).catch(reject);
  });
  try {
    await within(PATIENCE_MS, unlessAborted(asked, signal), () => {
      controller.abort(); // no longer wanted
      throw busy();
    });
  } finally {
    unlink();
  }
  return release;
}

function busy(): OdinError {
  return new OdinError(
    "storage",
    "Another tab is training this model. Stop the training there, or close that tab, and start again; with " +
      "`keep: false` both can train, and this one is not stored.",
  );
}
