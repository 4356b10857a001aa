/** What the runtime keeps on this device: to show it, and to delete it. */

import { environment, folderUrl } from "./environment";
import { exclusively } from "./locks";
import { parseManifest } from "./manifest";
import { chunksOfRecord, sum, sweep } from "./shelf";
import type { ChunkStore } from "./store";

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

/** The models of which something is stored, the one opened last first. */
export async function storedModels(store?: ChunkStore): Promise<StoredModel[]> {
  const from = store ?? (await environment.store());
  if (!from) return [];
  const [records, hashes] = [await from.models(), new Set(await from.hashes())];
  const models = records.map((record) => {
    const stored = [...chunksOfRecord(record)].filter(([hash]) => hashes.has(hash));
    const { model, version } = nameOf(record.manifest ?? record.pending, record.base);
    return { base: record.base, model, version, bytes: sum(stored.map(([, bytes]) => bytes)), opened: record.opened };
  });
  return models.sort((a, b) => b.opened - a.opened);
}

/** Deletes what is stored of the model at `url`, or of all models. */
export async function clearCache(url?: string, store?: ChunkStore): Promise<void> {
  const from = store ?? (await environment.store());
  if (!from) return;
  const base = url === undefined ? undefined : folderUrl(url);
  await exclusively("models", new AbortController().signal, async () => {
    if (base === undefined) return from.clear();
    await from.forget(base);
    await sweep(from);
  });
}

function nameOf(manifest: string | undefined, base: string): Pick<StoredModel, "model" | "version"> {
  try {
    const { model, version } = parseManifest(manifest ?? "", base) ?? {};
    return { model, version: version ?? undefined };
  } catch {
    return { model: undefined, version: undefined }; // written by another version of this code
  }
}
