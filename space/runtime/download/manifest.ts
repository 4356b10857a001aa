/** A model folder's `manifest.json`: its version, and the size and hashes of every file. */

import { OdinError } from "../errors";

export interface FileEntry {
  bytes: number;
  /** SHA-256 of the whole file, in hexadecimal, like all hashes here. */
  sha256: string;
  /** SHA-256 of each chunk of `chunk_bytes`; absent where the file is a single chunk. */
  chunks?: string[];
}

export interface Manifest {
  model?: string;
  version?: string | null;
  weights_sha256?: string;
  /** Weights file by precision. */
  dtypes?: Record<string, string>;
  chunk_bytes?: number;
  files: Record<string, FileEntry>;
}

/** Bytes [start, start + bytes) of a file. */
export interface Span {
  start: number;
  bytes: number;
}

/** A piece of a file that is verified and stored as one. */
export interface FileChunk extends Span {
  sha256: string;
}

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * The manifest that `text` holds; undefined for JSON that is no list of files, such as that of another tool.
 *
 * @throws OdinError `corrupt`: it is not JSON, or sizes and hashes in it contradict each other.
 */
export function parseManifest(text: string, base: string): Manifest | undefined {
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text) as Partial<Manifest> | null;
  } catch {
    throw notJson("manifest.json", text, base);
  }
  if (typeof manifest?.files !== "object" || manifest.files === null) return undefined;
  for (const [name, entry] of Object.entries(manifest.files)) {
    const wrong = problem(entry, manifest.chunk_bytes);
    if (!wrong) continue;
    throw new OdinError(
      "corrupt",
      `${base}manifest.json is damaged: ${wrong} of ${name}. The model has to be exported again.`,
    );
  }
  return manifest as Manifest;
}

function problem(entry: Partial<FileEntry> | null, chunkBytes: number | undefined): string | undefined {
  const size = entry?.bytes;
  if (!Number.isSafeInteger(size) || size! < 0) return "there is no size";
  if (!SHA256.test(String(entry!.sha256))) return "there is no SHA-256";
  if (!Array.isArray(entry!.chunks)) return entry!.chunks === undefined ? undefined : "there is no list of the chunks";
  if (!Number.isSafeInteger(chunkBytes) || chunkBytes! < 1) return "there is no chunk_bytes for the chunks";
  const expected = Math.ceil(size! / chunkBytes!);
  const valid = entry!.chunks.length === expected && entry!.chunks.every((hash) => SHA256.test(String(hash)));
  return valid ? undefined : `there should be ${expected} SHA-256 of the chunks`;
}

/** The chunks of a file, in order. A file without chunk hashes is one chunk, an empty one has none. */
export function chunksOf(manifest: Manifest, entry: FileEntry): FileChunk[] {
  if (entry.bytes === 0) return [];
  if (!entry.chunks) return [{ start: 0, bytes: entry.bytes, sha256: entry.sha256 }];
  const size = manifest.chunk_bytes!;
  return entry.chunks.map((sha256, i) => ({ start: i * size, bytes: Math.min(size, entry.bytes - i * size), sha256 }));
}

/** Size by hash of every chunk of every file. */
export function chunkSizes(manifest: Manifest): Map<string, number> {
  const chunks = Object.values(manifest.files).flatMap((entry) => chunksOf(manifest, entry));
  return new Map(chunks.map(({ sha256, bytes }) => [sha256, bytes]));
}

export function notJson(name: string, text: string, base: string): OdinError {
  const page = text.trimStart().startsWith("<") ? " The server sent a web page instead." : "";
  return new OdinError("corrupt", `${name} is not JSON.${page} Check the model's address: ${base}`);
}
