/** The package in Node: the same as in a browser, with onnxruntime's own build and files in place of the Cache API. */

import { randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import "./download/node";
import { platform } from "./platform";

platform.resolve = (address) => (/^[a-z]+:\/\//i.test(address) ? address : pathToFileURL(address).href);
platform.writeFile = async (weights) => {
  const path = join(tmpdir(), `odin-llm-${randomUUID()}.onnx`);
  const remove = () => rm(path, { force: true });
  try {
    const file = await open(path, "wx");
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

export * from "./index";
