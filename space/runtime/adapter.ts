/** The WebGPU adapter, if there is one, and whether it is graphics hardware. */

import { failure, within } from "./timeout";

export interface WebGpu {
  /** Whether there is an adapter; that it computes correctly is for the probe to find out. */
  usable: boolean;
  /** Whether the adapter computes with 16-bit floats. */
  fp16: boolean;
  /** Whether the adapter is graphics on the processor: many times slower than WebAssembly. */
  fallbackAdapter: boolean;
  /** Its name, as far as the browser tells. */
  adapter?: string;
  /** Why it is not usable. */
  reason?: string;
}

/** As much of WebGPU as is read here. Browsers differ in where they say that an adapter is a fallback. */
interface Gpu {
  requestAdapter(options: { powerPreference: "high-performance" }): Promise<Adapter | null>;
}

interface Adapter {
  features: ReadonlySet<string>;
  info?: { vendor?: string; architecture?: string; description?: string; isFallbackAdapter?: boolean };
  isFallbackAdapter?: boolean;
}

/** Where a graphics driver hangs, the request for an adapter is never answered. */
const ADAPTER_MS = 5_000;
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|software/i;

/** Never throws; takes 5 seconds at most. */
export async function detectWebGpu(): Promise<WebGpu> {
  const gpu = (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
  if (!gpu && globalThis.isSecureContext === false) return none("it needs a secure page (https or localhost)");
  if (!gpu) return none("not supported here");
  try {
    // The adapter that onnxruntime, as transformers.js sets it up, will ask for.
    const request = gpu.requestAdapter({ powerPreference: "high-performance" });
    const adapter = await within(ADAPTER_MS, request, failure(`no adapter within ${ADAPTER_MS / 1000} seconds`));
    if (!adapter) return none("the browser has no adapter for it");
    const { vendor, architecture, description, isFallbackAdapter } = adapter.info ?? {};
    const name = [...new Set([vendor, architecture, description])].filter(Boolean).join(" ");
    const fallbackAdapter = (isFallbackAdapter ?? adapter.isFallbackAdapter ?? false) || SOFTWARE.test(name);
    const found = { usable: true, fp16: adapter.features.has("shader-f16"), fallbackAdapter };
    return name ? { ...found, adapter: name } : found;
  } catch (error) {
    return none(error instanceof Error ? error.message : String(error));
  }
}

function none(reason: string): WebGpu {
  return { usable: false, fp16: false, fallbackAdapter: false, reason };
}
