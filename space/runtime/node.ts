/** The package in Node: the same as in a browser, with onnxruntime's own build and files in place of the Cache API. */

import { randomUUID } from "node:crypto";
import { open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveAddress } from "./download/node";
import { platform } from "./platform";

platform.resolve = resolveAddress;
platform.writeFile = async (weights) => {
  await removeLeftovers();
  const path = join(tmpdir(), `odin-llm-${process.pid}-${randomUUID()}.onnx`);
  const remove = () => rm(path, { force: true });
  try {
    const file = await open(path, "wx", 0o600);
    try {
      for (const piece of weights) await file.writeFile(piece);
    } finally {
      await file.close();
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
};

/** Deletes what processes that were killed while they started a model have left behind. */
async function removeLeftovers(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names) {
    const owner = /^odin-llm-(\d+)-[0-9a-f-]{36}\.onnx$/.exec(name)?.[1];
    // Another user's may be not ours to delete.
    if (owner && !lives(Number(owner))) await rm(join(tmpdir(), name), { force: true }).catch(() => {});
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
