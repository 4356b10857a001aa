/** Node's store: chunks as files in a folder of the user's cache. */

import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Bytes } from "./hash";
import type { ChunkStore, ModelRecord } from "./store";

const DAY_MS = 24 * 60 * 60 * 1000;

/** `odin-llm` in the user's cache folder (`XDG_CACHE_HOME`, or `.cache` in the home folder). */
export function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "odin-llm");
}

/** A store in a folder; every file in it is written beside and renamed. */
export function fileStore(folder: string = cacheFolder()): ChunkStore {
  return new FileStore(join(folder, "chunks"), join(folder, "models"));
}

class FileStore implements ChunkStore {
  constructor(
    readonly chunks: string,
    readonly records: string,
  ) {}

  async get(sha256: string): Promise<Bytes | undefined> {
    return unlessMissing(async () => new Uint8Array(await readWhole(join(this.chunks, sha256))));
  }

  put(sha256: string, bytes: Bytes): Promise<boolean> {
    return write(this.chunks, sha256, bytes);
  }

  async delete(sha256: string): Promise<void> {
    await rm(join(this.chunks, sha256), { force: true });
  }

  async hashes(): Promise<string[]> {
    return (await list(this.chunks)).filter((name) => /^[0-9a-f]{64}$/.test(name));
  }

  async prepare(): Promise<number | undefined> {
    await mkdir(this.chunks, { recursive: true });
    for (const name of await list(this.chunks)) {
      if (!name.endsWith(".partial")) continue;
      // Left behind by a process that was killed; a younger one may still be being written.
      const path = join(this.chunks, name);
      const file = await unlessMissing(() => stat(path));
      if (file && Date.now() - file.mtimeMs > DAY_MS) await rm(path, { force: true });
    }
    const { bavail, bsize } = await statfs(this.chunks);
    return bavail * bsize;
  }

  async models(): Promise<ModelRecord[]> {
    const names = (await list(this.records)).filter((name) => name.endsWith(".json"));
    const records = names.map((name) =>
      unlessMissing(async () => {
        try {
          return JSON.parse(await readFile(join(this.records, name), "utf8")) as ModelRecord;
        } catch (error) {
          if (error instanceof SyntaxError) return undefined;
          throw error;
        }
      }),
    );
    return (await Promise.all(records)).filter((record) => record !== undefined);
  }

  remember(record: ModelRecord): Promise<boolean> {
    return write(this.records, recordName(record.base), new TextEncoder().encode(JSON.stringify(record)));
  }

  async forget(base: string): Promise<void> {
    await rm(join(this.records, recordName(base)), { force: true });
  }

  async clear(): Promise<void> {
    await Promise.all([this.chunks, this.records].map((path) => rm(path, { recursive: true, force: true })));
  }
}

function recordName(base: string): string {
  return `${createHash("sha256").update(base).digest("hex")}.json`;
}

/** The file in an ArrayBuffer of its own, which small files read by Node do not have. */
async function readWhole(path: string): Promise<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  if (byteLength === buffer.byteLength) return buffer as ArrayBuffer;
  return (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength);
}

async function write(folder: string, name: string, bytes: Uint8Array): Promise<boolean> {
  const partial = join(folder, `${name}.${randomUUID()}.partial`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(partial, bytes);
    await rename(partial, join(folder, name));
    return true;
  } catch (error) {
    await rm(partial, { force: true });
    if (["ENOSPC", "EDQUOT"].includes(String((error as NodeJS.ErrnoException).code))) return false;
    throw error;
  }
}

async function list(folder: string): Promise<string[]> {
  return (await unlessMissing(() => readdir(folder))) ?? [];
}

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(String((error as NodeJS.ErrnoException).code));
}
