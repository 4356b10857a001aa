/** One model folder's place in the store: what it keeps there, and the room that it makes. */

import type { DownloadEvent } from "./events";
import { type Bytes, sha256Hex } from "./hash";
import { exclusively } from "./locks";
import { chunkSizes, type FileChunk, parseManifest } from "./manifest";
import type { ChunkStore, ModelRecord } from "./store";

/** Goes on without a store when there is none, or from the moment when it fails; an event then says why. */
export class Shelf {
  #store: ChunkStore | undefined;

  constructor(
    store: ChunkStore | undefined,
    readonly base: string,
    readonly signal: AbortSignal,
    readonly onEvent: (event: DownloadEvent) => void,
  ) {
    this.#store = store;
  }

  /** Whether what is downloaded is stored. */
  get working(): boolean {
    return this.#store !== undefined;
  }

  /** The manifest to use when the folder cannot be reached: of the last complete version, else of the one begun. */
  async manifest(): Promise<{ text: string; complete: boolean } | undefined> {
    const record = await this.#try((store) => this.#record(store));
    const text = record?.manifest ?? record?.pending;
    return text === undefined ? undefined : { text, complete: record!.manifest !== undefined };
  }

  /** Notes that the version of `manifest` is being loaded, so that nobody takes its chunks for leftovers. */
  async begin(manifest: string): Promise<void> {
    await this.#try((store) =>
      this.#alone(async () => {
        const complete = (await this.#record(store))?.manifest;
        const record: ModelRecord = { base: this.base, opened: Date.now() };
        if (complete !== undefined) record.manifest = complete;
        if (complete !== manifest) record.pending = manifest;
        await this.#insist(store, () => store.remember(record));
      }),
    );
  }

  /** Notes that the version of `manifest` was loaded completely, and deletes the chunks that only older ones had. */
  async finish(manifest: string): Promise<void> {
    await this.#try((store) =>
      this.#alone(async () => {
        await this.#insist(store, () => store.remember({ base: this.base, opened: Date.now(), manifest }));
        await sweep(store);
      }),
    );
  }

  /** A stored chunk, verified; a damaged one is deleted and counts as absent. */
  async take(chunk: FileChunk, file: string): Promise<Bytes | undefined> {
    const bytes = await this.#try((store) => store.get(chunk.sha256).catch(() => new Uint8Array(0)));
    if (bytes === undefined) return undefined;
    if (bytes.length === chunk.bytes && (await sha256Hex(bytes)) === chunk.sha256) return bytes;
    this.onEvent({ type: "damaged", file, start: chunk.start, from: "store" });
    await this.#try((store) => store.delete(chunk.sha256));
    return undefined;
  }

  /** Stores a verified chunk, at the cost of other models when there is no room. */
  async keep(chunk: FileChunk, bytes: Bytes): Promise<void> {
    await this.#try(async (store) => {
      if (await store.put(chunk.sha256, bytes)) return;
      await this.#alone(() => this.#insist(store, () => store.put(chunk.sha256, bytes)));
    });
  }

  /** Deletes other models, the least recently opened first, until `bytes` fit or none is left. */
  async makeRoom(bytes: number): Promise<void> {
    await this.#try(async (store) => {
      const fits = async () => ((await store.prepare()) ?? Infinity) >= bytes;
      if (await fits()) return;
      await this.#alone(async () => {
        while (!(await fits()) && (await this.#evict(store)));
      });
    });
  }

  async #insist(store: ChunkStore, put: () => Promise<boolean>): Promise<void> {
    while (!(await put())) {
      if (!(await this.#evict(store))) throw new Error("there is no room left in the browser's storage");
    }
  }

  /** Deletes leftovers, or else another model. Returns whether there was anything to delete. */
  async #evict(store: ChunkStore): Promise<boolean> {
    if ((await sweep(store)) > 0) return true;
    const others = (await store.models()).filter(({ base }) => base !== this.base);
    const oldest = others.sort((a, b) => a.opened - b.opened)[0];
    if (!oldest) return false;
    await store.forget(oldest.base);
    await sweep(store);
    this.onEvent({ type: "evicted", base: oldest.base, bytes: sum(chunksOfRecord(oldest).values()) });
    return true;
  }

  async #record(store: ChunkStore): Promise<ModelRecord | undefined> {
    return (await store.models()).find(({ base }) => base === this.base);
  }

  #alone<T>(task: () => Promise<T>): Promise<T> {
    return exclusively("models", this.signal, task);
  }

  async #try<T>(use: (store: ChunkStore) => Promise<T>): Promise<T | undefined> {
    if (!this.#store) return undefined;
    try {
      return await use(this.#store);
    } catch (error) {
      this.signal.throwIfAborted();
      // Several chunks may fail at once, which is one event.
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#store) this.onEvent({ type: "not-stored", reason });
      this.#store = undefined;
      return undefined;
    }
  }
}

/** Deletes the chunks that belong to no remembered model; returns how many there were. */
export async function sweep(store: ChunkStore): Promise<number> {
  // In this order: a chunk that another tab stores meanwhile is either not listed, or its model is remembered.
  const hashes = await store.hashes();
  const kept = new Set((await store.models()).flatMap((record) => [...chunksOfRecord(record).keys()]));
  const leftovers = hashes.filter((hash) => !kept.has(hash));
  for (const hash of leftovers) await store.delete(hash);
  return leftovers.length;
}

/** Size by hash of the chunks that a record's versions have, stored or not. */
export function chunksOfRecord({ base, manifest, pending }: ModelRecord): Map<string, number> {
  const sizes = [manifest, pending].flatMap((text) => {
    try {
      const parsed = text === undefined ? undefined : parseManifest(text, base);
      return parsed ? [...chunkSizes(parsed)] : [];
    } catch {
      return []; // written by another version of this code
    }
  });
  return new Map(sizes);
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
