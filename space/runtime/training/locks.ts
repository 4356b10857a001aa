/** One training of a model at a time: in all tabs of the origin where the browser can do that, else in this thread. */

import { linkedController, unlessAborted } from "../download/tasks";
import { OdinError } from "../errors";
import { within } from "../timeout";

/** A thread that is being ended lets go of it within this time. */
const PATIENCE_MS = 3000;
/** Where the browser has no locks: what of this thread's is held, and the end of that. */
const held = new Map<string, Promise<void>>();

const nameOf = (run: string) => `odin-llm training ${run}`;

/**
 * Waits until the run is nobody else's.
 *
 * @returns what lets go of it; a thread that ends does so by itself.
 * @throws OdinError `storage` when another tab trains it; the signal's reason
 */
export async function holdRun(run: string, signal: AbortSignal): Promise<() => void> {
  const locks = globalThis.navigator?.locks;
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  if (!locks) {
    for (let other; (other = held.get(run)); ) await within(PATIENCE_MS, unlessAborted(other, signal), refuse);
    held.set(run, released.then(() => void held.delete(run)));
    return release;
  }
  const { controller, release: unlink } = linkedController(signal);
  const asked = new Promise<void>((resolve, reject) => {
    const hold = async () => {
      if (controller.signal.aborted) return;
      resolve();
      await released;
    };
    locks.request(nameOf(run), { signal: controller.signal }, hold).catch(reject);
  });
  try {
    await within(PATIENCE_MS, unlessAborted(asked, signal), () => {
      controller.abort(); // no longer wanted
      refuse();
    });
  } finally {
    unlink();
  }
  return release;
}

/**
 * Holds the run without waiting.
 *
 * @returns what lets go of it; undefined when it is somebody else's.
 */
export async function holdFreeRun(run: string): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return held.has(run) ? undefined : holdRun(run, new AbortController().signal);
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null) => {
      return lock ? new Promise<void>((release) => resolve(release)) : void resolve(undefined);
    };
    locks.request(nameOf(run), { ifAvailable: true }, hold).catch(reject);
  });
}

function refuse(): never {
  throw new OdinError(
    "storage",
    "Another tab is training this model. Stop the training there, or close that tab, and start again; with " +
      "`keep: false` both can train, and this one is not stored.",
  );
}
