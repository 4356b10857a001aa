/** Node's: files in a folder of the user's cache. */

import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "../download/node";
import { storageError, type TrainingStorage } from "./storage";

/** Entries as files; every one is written beside and renamed. */
export function fileStorage(folder: string = join(cacheFolder(), "training")): TrainingStorage {
  return {
    async read(key) {
      try {
        return new Uint8Array(await readFile(join(folder, key)));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw storageError((error as Error).message);
      }
    },

    async write(key, pieces) {
      const path = join(folder, key);
      const partial = `${path}.${randomUUID()}.partial`;
      try {
        await mkdir(dirname(path), { recursive: true });
        const file = await open(partial, "wx");
        try {
          for (const piece of pieces) await file.writeFile(piece);
        } finally {
          await file.close();
        }
        await rename(partial, path);
      } catch (error) {
        await rm(partial, { force: true }).catch(() => {});
        throw storageError((error as Error).message);
      }
    },

    async delete(key) {
      await rm(join(folder, key), { force: true }).catch((error: Error) => {
        throw storageError(error.message);
      });
    },

    async keys(prefix) {
      try {
        const found = await readdir(folder, { recursive: true, withFileTypes: true });
        const files = found.filter((entry) => entry.isFile() && !entry.name.endsWith(".partial"));
        const keys = files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
        return keys.map((key) => key.replaceAll("\\", "/")).filter((key) => key.startsWith(prefix));
      } catch (error) {
        if (isMissing(error)) return [];
        throw storageError((error as Error).message);
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
