/** Chunks in the Cache API, the one storage that all browsers have in pages and workers. */

import { within } from "../timeout";
import type { Bytes } from "./hash";
import type { ChunkStore, ModelRecord } from "./store";

const CACHE = "odin-llm";
// Keys have to be http(s) addresses; this host can never exist, so no request of the page is ever answered from here.
const ROOT = "https://odin-llm.invalid/";
const CHUNK = `${ROOT}chunk/`;
const MODEL = `${ROOT}model/`;
// Storage that is broken may hang where it should refuse.
const PATIENCE_MS = 3000;

/** The browser's store; undefined where it is refused: private windows, insecure origins, switched off. */
export async function browserStore(): Promise<ChunkStore | undefined> {
  try {
    const cache = await within(PATIENCE_MS, globalThis.caches.open(CACHE), () => undefined);
    return cache && new CacheStore(cache);
  } catch {
    return undefined;
  }
}

class CacheStore implements ChunkStore {
  #asked = false;

  constructor(readonly cache: Cache) {}

  async get(sha256: string): Promise<Bytes | undefined> {
    const response = await this.cache.match(CHUNK + sha256);
    return response && new Uint8Array(await response.arrayBuffer());
  }

  put(sha256: string, bytes: Bytes): Promise<boolean> {
    return this.#put(CHUNK + sha256, new Response(bytes));
  }

  async delete(sha256: string): Promise<void> {
    await this.cache.delete(CHUNK + sha256);
  }

  hashes(): Promise<string[]> {
    return this.#keys(CHUNK);
  }

  async prepare(): Promise<number | undefined> {
    const storage = globalThis.navigator?.storage;
    if (!this.#asked) {
      this.#asked = true;
      // Not waited for: Firefox asks the reader, and without a screen the answer may never come. Workers cannot ask.
      void storage?.persist?.().catch(() => {});
    }
    try {
      const { quota, usage } = await within(1000, storage.estimate(), () => ({}) as StorageEstimate);
      return quota === undefined || usage === undefined ? undefined : quota - usage;
    } catch {
      return undefined;
    }
  }

  async models(): Promise<ModelRecord[]> {
    const bases = await this.#keys(MODEL);
    const records = bases.map(async (base) => {
      const response = await this.cache.match(MODEL + base);
      return (await response?.json().catch(() => undefined)) as ModelRecord | undefined;
    });
    return (await Promise.all(records)).filter((record) => record !== undefined);
  }

  remember(record: ModelRecord): Promise<boolean> {
    // Not `Response.json`, which is younger than the WebAssembly that is needed.
    const headers = { "content-type": "application/json" };
    return this.#put(MODEL + encodeURIComponent(record.base), new Response(JSON.stringify(record), { headers }));
  }

  async forget(base: string): Promise<void> {
    await this.cache.delete(MODEL + encodeURIComponent(base));
  }

  async clear(): Promise<void> {
    await Promise.all((await this.cache.keys()).map((request) => this.cache.delete(request)));
  }

  async #put(key: string, response: Response): Promise<boolean> {
    try {
      await this.cache.put(key, response);
      return true;
    } catch (error) {
      if ((error as Error).name === "QuotaExceededError") return false;
      throw error;
    }
  }

  async #keys(prefix: string): Promise<string[]> {
    const urls = (await this.cache.keys()).map((request) => request.url);
    return urls.filter((url) => url.startsWith(prefix)).map((url) => url.slice(prefix.length));
  }
}
