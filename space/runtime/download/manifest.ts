/**
 * A model folder's `manifest.json`: its version, and the size and hashes of every file. The schema is in
 * docs/versions.md, training/manifest.py is the same in Python.
 */

import { isText } from "../canonical";
import { OdinError } from "../errors";
import { type Variant, VARIANT_NAME } from "../variants";
import { isNewer, isVersion, VERSION } from "../version";

/** The newest format that is read; without a number it is 0. */
export const MANIFEST_FORMAT = 1;

export interface FileEntry {
  bytes: number;
  /** SHA-256 of the whole file, in hexadecimal, like all hashes here. */
  sha256: string;
  /** SHA-256 of each chunk of `chunk_bytes`; absent where the file is a single chunk. */
  chunks?: string[];
}

export interface Manifest {
  format?: number;
  model?: string;
  version?: string | null;
  /** Least version of this package that runs the files. */
  runtime?: string;
  weights_sha256?: string;
  /** Weights file by precision. */
  dtypes?: Record<string, string>;
  chunk_bytes?: number;
  /** Folder, relative to the manifest, where each chunk is a file; files with `chunks` are not there themselves. */
  chunks_at?: string;
  files: Record<string, FileEntry>;
  /** Where there is no model here, but several elsewhere of which a visitor gets one. */
  experiment?: string;
  variants?: Variant[];
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
const FOLDER = /^(?:[\w-][\w.-]*\/)+$/;
// Below the manifest's folder or beside it: further up a server may have what others put there, as the Hub has.
const VARIANT_PATH = /^(?:\.\.\/)?[\w-][\w.-]*(?:\/[\w-][\w.-]*)*\/?$/;

/**
 * The manifest that `text` holds; undefined for JSON of another tool, with none of `format`, `files` and `variants`.
 *
 * @throws OdinError `corrupt`: it is not JSON, or contradicts itself; `incompatible`: it is of a newer format, or it
 *   contradicts itself and is for a newer version of this package, in which it need not.
 */
export function parseManifest(text: string, base: string): Manifest | undefined {
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text) as Partial<Manifest> | null;
  } catch {
    throw notJson("manifest.json", text, base);
  }
  if (typeof manifest !== "object" || manifest === null) return undefined;
  const { format = 0, files, variants } = manifest;
  if (Number.isInteger(format) && format > MANIFEST_FORMAT) {
    throw incompatible(manifest, base, `has a manifest of format ${format}`, `, which reads up to ${MANIFEST_FORMAT}`);
  }
  if (manifest.format === undefined && files === undefined && variants === undefined) return undefined;
  const wrong = wrongHead(manifest) ?? (variants === undefined ? wrongFiles(manifest) : wrongVariants(manifest, base));
  if (wrong) {
    runnable(manifest, base);
    throw new OdinError("corrupt", `${base}manifest.json is damaged: ${wrong}. The model has to be exported again.`);
  }
  return { ...manifest, files: variants === undefined ? files! : {} };
}

/**
 * The manifest as it is.
 *
 * @throws OdinError `incompatible`: the files need a newer version of this package
 */
export function runnable<M extends Partial<Manifest> | undefined>(manifest: M, base: string): M {
  const needed = manifest?.runtime;
  if (!isVersion(needed) || !isNewer(needed, VERSION)) return manifest;
  throw incompatible(manifest!, base, `needs odin-llm ${needed} or newer`);
}

function incompatible({ model, version }: Partial<Manifest>, base: string, needs: string, reads = ""): OdinError {
  const name = [isText(model) ? model : base, version].filter(isText).join(" ");
  const advice = "Reload the page; if that does not help, update its odin-llm, or name an older revision of the model";
  return new OdinError("incompatible", `${name} ${needs}, and this is odin-llm ${VERSION}${reads}. ${advice}.`);
}

/** What is wrong in the part that all kinds have. */
function wrongHead({ format = 0, model, version, runtime }: Partial<Manifest>): string | undefined {
  if (!Number.isInteger(format) || format < 0) return "format is no whole number";
  if (runtime !== undefined && !isVersion(runtime)) return "runtime is not MAJOR.MINOR.PATCH";
  if (format === 0) return undefined;
  if (!isText(model) || model === "") return "there is no name of the model";
  // null where the model was never released
  return (version ?? null) === null || isVersion(version) ? undefined : "version is not MAJOR.MINOR.PATCH";
}

function wrongFiles({ files, chunks_at, chunk_bytes }: Partial<Manifest>): string | undefined {
  if (chunks_at !== undefined && !(isText(chunks_at) && FOLDER.test(chunks_at))) {
    return 'chunks_at has to be a folder below it, such as "chunks/"';
  }
  if (!isObject(files)) return "there is no list of the files";
  for (const [name, entry] of Object.entries(files)) {
    if (!isInside(name) || name === "manifest.json") return `${name} is no file of the folder`;
    const wrong = problem(entry, chunk_bytes);
    if (wrong) return `${wrong} of ${name}`;
  }
  return undefined;
}

/** Whether it is the name of a file in a folder or below it, in its one spelling, with `/` between the parts. */
function isInside(name: string): boolean {
  return !/[\\:]/.test(name) && name.split("/").every((part) => !["", ".", ".."].includes(part));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongVariants({ experiment, variants, files }: Partial<Manifest>, base: string): string | undefined {
  if (Object.keys(files ?? {}).length > 0) return "it has variants, and files of its own";
  const called = (name: unknown) => typeof name === "string" && VARIANT_NAME.test(name);
  if (!called(experiment)) return "experiment is no name of letters, digits and _ . -";
  if (!Array.isArray(variants) || variants.length === 0) return "variants is no list of models";
  const names = new Set<string>();
  for (const [i, variant] of variants.entries()) {
    const { name, weight, path } = (variant ?? {}) as Partial<Variant>;
    if (!called(name)) return `variant ${i} has no name of letters, digits and _ . -`;
    if (names.has(name!)) return `two variants are called ${name}`;
    names.add(name!);
    if (!Number.isFinite(weight) || weight! <= 0) return `the weight of ${name} is no number above 0`;
    if (variantUrl(base, path) === undefined) return `the path of ${name} leads to no other folder below or beside it`;
  }
  return undefined;
}

/** Address of a variant's folder; undefined for one neither below nor beside the manifest's, and for that itself. */
export function variantUrl(base: string, path: unknown): string | undefined {
  if (!isText(path) || !VARIANT_PATH.test(path)) return undefined;
  const { href } = new URL(path.endsWith("/") ? path : `${path}/`, base);
  return href === base ? undefined : href;
}

function problem(entry: Partial<FileEntry> | null, chunkBytes: number | undefined): string | undefined {
  const size = entry?.bytes;
  if (!Number.isSafeInteger(size) || size! < 0) return "there is no size";
  if (!isSha256(entry!.sha256)) return "there is no SHA-256";
  if (!Array.isArray(entry!.chunks)) return entry!.chunks === undefined ? undefined : "there is no list of the chunks";
  if (!Number.isSafeInteger(chunkBytes) || chunkBytes! < 1) return "there is no chunk_bytes for the chunks";
  const expected = Math.ceil(size! / chunkBytes!);
  const valid = entry!.chunks.length === expected && entry!.chunks.every(isSha256);
  return valid ? undefined : `there should be ${expected} SHA-256 of the chunks`;
}

function isSha256(value: unknown): boolean {
  return isText(value) && SHA256.test(value);
}

/** The chunks of a file, in order. A file without chunk hashes is one chunk, an empty one has none. */
export function chunksOf(manifest: Manifest, entry: FileEntry): FileChunk[] {
  if (entry.bytes === 0) return [];
  if (!entry.chunks) return [{ start: 0, bytes: entry.bytes, sha256: entry.sha256 }];
  const size = manifest.chunk_bytes!;
  return entry.chunks.map((sha256, i) => ({ start: i * size, bytes: Math.min(size, entry.bytes - i * size), sha256 }));
}

/** Where each chunk of a file is a file of its own; undefined for a file that is there under its name. */
export function chunkAddress(
  { chunks_at: folder }: Manifest,
  entry: FileEntry,
  base: string,
): ((sha256: string) => string) | undefined {
  if (folder === undefined || !entry.chunks) return undefined;
  return (sha256) => new URL(folder + sha256, base).href;
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
