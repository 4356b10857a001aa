/** The package in Node: the same as in a browser, with onnxruntime's own build and files in place of the Cache API. */

import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveAddress } from "./download/node";
import { platform } from "./platform";
import type { Weights } from "./protocol";
import { fileStorage } from "./training/storage.node";

platform.resolve = resolveAddress;
platform.writeFile = async ({ weights, external = [] }) => {
  await removeLeftovers();
  const folder = join(tmpdir(), `odin-llm-${process.pid}-${randomUUID()}`);
  const path = join(folder, "model.onnx");
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(folder, { mode: 0o700 });
    await write(path, weights);
    for (const { path: name, weights: pieces } of external) await write(join(folder, name), pieces);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
};
platform.trainingStorage = async () => fileStorage();

async function write(path: string, pieces: Weights): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for (const piece of pieces) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}

/** Deletes what processes that were killed while they started a model have left behind. */
async function removeLeftovers(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names) {
    const owner = /^odin-llm-(\d+)-[0-9a-f-]{36}(?:\.onnx)?$/.exec(name)?.[1];
    // Another user's may be not ours to delete.
    if (!owner || lives(Number(owner))) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

export * from "./index";
