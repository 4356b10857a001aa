/** Where chunks are kept between visits, by the hash of their content: equal chunks of two versions are kept once. */

import type { Bytes } from "./hash";

/** What the store knows of a model folder. Manifests are kept as text. */
export interface ModelRecord {
  base: string;
  /** When it was opened last, in milliseconds since 1970. */
  opened: number;
  /** Manifest of the version that was loaded completely last. */
  manifest?: string;
  /** Manifest of a version whose loading has begun but not ended. */
  pending?: string;
}

/** All methods may reject; {@link Shelf} then goes on without a store. */
export interface ChunkStore {
  /** The stored bytes, unverified; undefined when there are none. */
  get(sha256: string): Promise<Bytes | undefined>;
  /** Stores completely or not at all; false when there is no room. */
  put(sha256: string, bytes: Bytes): Promise<boolean>;
  delete(sha256: string): Promise<void>;
  /** Hashes of all stored chunks. */
  hashes(): Promise<string[]>;
  /** Called before a download: asks for what storing needs, and returns the free bytes where they are known. */
  prepare(): Promise<number | undefined>;
  models(): Promise<ModelRecord[]>;
  /** False when there is no room. */
  remember(record: ModelRecord): Promise<boolean>;
  forget(base: string): Promise<void>;
  /** Deletes everything. */
  clear(): Promise<void>;
}
