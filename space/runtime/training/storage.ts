/** Where trainings are kept between visits: named entries of bytes. */

import { OdinError } from "../errors";
import { within } from "../timeout";

type Bytes = Uint8Array<ArrayBuffer>;

/** All methods may reject with an OdinError `storage`. */
export interface TrainingStorage {
  /** Undefined when there is no such entry. */
  read(key: string): Promise<Bytes | undefined>;
  /** Writes the pieces, one after another, as one entry: completely or not at all. */
  write(key: string, pieces: readonly Bytes[]): Promise<void>;
  delete(key: string): Promise<void>;
  /** Names of the entries that begin with `prefix`. */
  keys(prefix: string): Promise<string[]>;
}

/** Name of the cache. */
export const TRAINING_CACHE = "odin-llm-training";
// Keys have to be http(s) addresses; this host can never exist, so no request of the page is ever answered from here.
const ROOT = "https://odin-llm.invalid/training/";
// Storage that is broken may hang where it should refuse. A checkpoint has 38 MB for odin-nano, 5 times that for more.
const OPEN_MS = 3000;
const PATIENCE_MS = 60_000;

/** The browser's, in the Cache API; undefined where it is refused: private windows, insecure origins, switched off. */
export async function browserStorage(): Promise<TrainingStorage | undefined> {
  try {
    const cache = await within(OPEN_MS, globalThis.caches.open(TRAINING_CACHE), () => undefined);
    return cache && new CacheStorage(cache);
  } catch {
    return undefined;
  }
}

class CacheStorage implements TrainingStorage {
  constructor(readonly cache: Cache) {}

  read(key: string): Promise<Bytes | undefined> {
    return patiently(async () => {
      const response = await this.cache.match(ROOT + key);
      return response && new Uint8Array(await response.arrayBuffer());
    });
  }

  write(key: string, pieces: readonly Bytes[]): Promise<void> {
    return patiently(() => this.cache.put(ROOT + key, new Response(new Blob([...pieces]))));
  }

  async delete(key: string): Promise<void> {
    await patiently(() => this.cache.delete(ROOT + key));
  }

  keys(prefix: string): Promise<string[]> {
    return patiently(async () => {
      const urls = (await this.cache.keys()).map(({ url }) => url);
      return urls.filter((url) => url.startsWith(ROOT + prefix)).map((url) => url.slice(ROOT.length));
    });
  }
}

/** What cannot be stored, in words. */
export function storageError(reason: string): OdinError {
  return new OdinError(
    "storage",
    `The training could not be stored: ${reason}. Make room in the browser's storage, or allow this page to use it; ` +
      "with `keep: false` it goes on without being stored.",
  );
}

async function patiently<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await within(PATIENCE_MS, task(), () => {
      throw new Error(`no answer within ${PATIENCE_MS / 1000} seconds`);
    });
  } catch (error) {
    const full = (error as Error).name === "QuotaExceededError";
    throw storageError(full ? "there is no room left" : error instanceof Error ? error.message : String(error));
  }
}
