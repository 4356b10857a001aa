/** Which files of onnxruntime-web a page needs beside it, so that no CDN is asked. */

import { createRequire } from "node:module";
import { basename } from "node:path";

/** Vite's `resolve.conditions` for an onnxruntime-web whose WebAssembly lies in files of its own. */
export const EXTERNAL_WEBASSEMBLY = "onnxruntime-web-use-extern-wasm";

/** Name and path of each WebAssembly file, with its loader, of the onnxruntime-web that transformers.js uses. */
export function onnxRuntimeFiles(): { name: string; path: string }[] {
  const transformers = createRequire(import.meta.url).resolve("@huggingface/transformers");
  // The package's entry points are guarded by conditions, but each WebAssembly file is exported by name.
  const locate = createRequire(transformers).resolve;
  // `asyncify` is the build with WebGPU.
  return ["", ".asyncify"].flatMap((build) =>
    ["mjs", "wasm"].map((kind) => {
      const path = locate(`onnxruntime-web/ort-wasm-simd-threaded${build}.${kind}`);
      return { name: basename(path), path };
    }),
  );
}
