/** What the runtime keeps on this device: to show it, and to delete it. */

import { environment, folderUrl } from "./environment";
import { exclusively } from "./locks";
import { type Manifest, parseManifest, variantUrl } from "./manifest";
import { chunksOfRecord, sum, sweep } from "./shelf";
import type { ChunkStore, ModelRecord } from "./store";

export interface StoredModel {
  /** Address of its folder. */
  base: string;
  model: string | undefined;
  version: string | undefined;
  /** Bytes of its chunks that are stored, those shared with other models included. */
  bytes: number;
  /** When it was opened last, in milliseconds since 1970. */
  opened: number;
}

/** The models of which something is stored, the one opened last first; variants by themselves. */
export async function storedModels(store?: ChunkStore): Promise<StoredModel[]> {
  const from = store ?? (await environment.store());
  if (!from) return [];
  const [records, hashes] = [await from.models(), new Set(await from.hashes())];
  const models = records.flatMap((record) => {
    const manifest = manifestOf(record);
    if (manifest?.variants) return [];
    const stored = [...chunksOfRecord(record)].filter(([hash]) => hashes.has(hash));
    const { model, version } = manifest ?? {};
    const bytes = sum(stored.map(([, size]) => size));
    return { base: record.base, model, version: version ?? undefined, bytes, opened: record.opened };
  });
  return models.sort((a, b) => b.opened - a.opened);
}

/** Deletes what is stored of the model at `url`, or of all models; of an experiment, all its variants. */
export async function clearCache(url?: string, store?: ChunkStore): Promise<void> {
  const from = store ?? (await environment.store());
  if (!from) return;
  const base = url === undefined ? undefined : folderUrl(url);
  await exclusively("models", new AbortController().signal, async () => {
    if (base === undefined) return from.clear();
    const record = (await from.models()).find((other) => other.base === base);
    const variants = (record && manifestOf(record)?.variants) ?? [];
    for (const folder of [base, ...variants.flatMap(({ path }) => variantUrl(base, path) ?? [])]) {
      await from.forget(folder);
    }
    await sweep(from);
  });
}

function manifestOf({ base, manifest, pending }: ModelRecord): Manifest | undefined {
  try {
    return parseManifest(manifest ?? pending ?? "", base);
  } catch {
    return undefined; // written by another version of this code
  }
}
