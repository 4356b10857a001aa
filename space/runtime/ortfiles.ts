/** onnxruntime's WebAssembly files, which the package's users have to serve: words for when one is not there. */

import { OdinError } from "./errors";

/** The two files, absolute, of the build for a device. */
export function ortFiles(ortUrl: string, device: string): { mjs: string; wasm: string } {
  // Without WebGPU the plain build is half the download and runs without the cost of suspending.
  const build = new URL(`ort-wasm-simd-threaded${device === "webgpu" ? ".asyncify" : ""}`, ortUrl).href;
  return { mjs: `${build}.mjs`, wasm: `${build}.wasm` };
}

/**
 * Why onnxruntime could not load its files, where that is the reason: it tells of the bytes only that they are wrong.
 *
 * @returns undefined when all can be had.
 */
export async function missingFile(ortUrl: string, device: string): Promise<OdinError | undefined> {
  for (const url of Object.values(ortFiles(ortUrl, device))) {
    const found = await refusal(url);
    if (!found) continue;
    return new OdinError(
      found.code,
      `${url} ${found.words}. It is a file of onnxruntime, which computes the model: serve the package's folder ` +
        "`ort` beside its scripts, or give its address as `ortUrl`.",
    );
  }
  return undefined;
}

async function refusal(url: string): Promise<{ code: "not-found" | "network"; words: string } | undefined> {
  try {
    const { status, headers } = await fetch(url, { method: "HEAD" });
    // A host may refuse this way of asking.
    if (status === 404 || status === 410) return { code: "not-found", words: `is not there (${status})` };
    const page = headers.get("content-type")?.startsWith("text/html");
    return page ? { code: "not-found", words: "is a web page" } : undefined;
  } catch {
    return { code: "network", words: "could not be reached" };
  }
}
