/** One at a time, in all tabs of the origin where the browser can do that, otherwise in this thread. */

import { unlessAborted } from "./tasks";

const tails = new Map<string, Promise<unknown>>();

/**
 * Runs `task` while nobody else runs one under the same name.
 *
 * @throws the signal's reason when it aborts the waiting; a task that runs has to watch the signal itself.
 */
export async function exclusively<T>(name: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const locks = globalThis.navigator?.locks;
  if (locks) return (await locks.request(`odin-llm ${name}`, { signal }, task)) as T;
  const before = tails.get(name) ?? Promise.resolve();
  // A waiting task that is stopped gives its place up at once, and the next one still waits for the one that runs.
  const run = unlessAborted(before, signal).then(task);
  const tail = Promise.allSettled([before, run]);
  tails.set(name, tail);
  void tail.then(() => {
    if (tails.get(name) === tail) tails.delete(name);
  });
  return run;
}
