/** What this browser, or Node, can compute with, and in which order to try it. */

import { detectWebGpu, type WebGpu } from "./adapter";
import { OdinError } from "./errors";
import { DTYPE_SUFFIX, type Device, type Dtype } from "./protocol";
import { failure, within } from "./timeout";

export interface Capabilities {
  platform: "page" | "worker" | "node";
  webAssembly: boolean;
  /** SIMD in WebAssembly, without which onnxruntime's build does not start. */
  simd: boolean;
  /** Whether WebAssembly may have threads: memory can be shared, and the page is isolated. Node needs no isolation. */
  threads: boolean;
  /** Cross-origin isolated, by the headers COOP and COEP. */
  isolated: boolean;
  /** As reported, which may be more than there are. */
  cores: number;
  webGpu: WebGpu;
  cacheStorage: boolean;
  locks: boolean;
}

/** One way to run the model. */
export interface Plan {
  device: Device;
  dtype: Dtype;
  threads: number;
  /** Why this device, dtype and number of threads, for people. */
  reason: string;
}

export interface Wanted {
  device: Device | "auto";
  dtype: Dtype | "auto";
  threads?: number | undefined;
}

/** What the choice depends on, of a model's `config.json`. */
interface Width {
  hidden_size: number;
}

/**
 * A narrower model is better off on one thread of WebAssembly: its matrix products are over before a second thread has
 * woken up (odin-nano, 192 wide: 670 tokens/s on one thread, 440 on two), or WebGPU has been asked for them.
 */
const WIDE = 512;
/** More are hardly faster, and browsers may report more cores than there are. */
const MOST_THREADS = 4;
const STORAGE_MS = 2_000;
/** What to take on a device, the best first: what computes fast there, then what loses little and is small. */
const PREFERENCE: Readonly<Record<Device, readonly Dtype[]>> = {
  webgpu: ["q4f16", "q4", "fp16", "fp32"],
  wasm: ["q8", "q4wire", "fp32", "fp16", "q4f16", "q4"],
  cpu: ["q8", "q4wire", "q4", "fp32", "fp16", "q4f16"],
};
const DEVICE_NAMES: Readonly<Record<Device, string>> = {
  webgpu: "WebGPU",
  wasm: "WebAssembly",
  cpu: "onnxruntime for Node",
};
/** The dtypes that a manifest has by another name, of export/precisions.py. */
const MANIFEST_NAMES: Readonly<Record<string, Dtype>> = { int8: "q8" };
/** (module (func (result v128) (i8x16.splat (i32.const 0)))) */
const SIMD_MODULE = [
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03, 0x02, 0x01],
  ...[0x00, 0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b],
];

/** What there is. Never throws; takes 5 seconds at most. */
export async function detect(): Promise<Capabilities> {
  const platform = whichPlatform();
  const isolated = globalThis.crossOriginIsolated === true;
  const [webGpu, cacheStorage] = await Promise.all([detectWebGpu(), hasCacheStorage()]);
  return {
    platform,
    webAssembly: typeof WebAssembly === "object",
    simd: typeof WebAssembly === "object" && WebAssembly.validate(Uint8Array.from(SIMD_MODULE)),
    threads: (platform === "node" || isolated) && canShareMemory(),
    isolated,
    cores: countCores(),
    webGpu,
    cacheStorage,
    locks: typeof globalThis.navigator?.locks?.request === "function",
  };
}

/** One line for people. */
export function summary(c: Capabilities): string {
  const webAssembly = !c.webAssembly
    ? "no WebAssembly"
    : `WebAssembly (${c.simd ? "" : "no "}SIMD, ${c.threads ? "" : "no "}threads)`;
  const { usable, fp16, fallbackAdapter, adapter, reason } = c.webGpu;
  const kind = [adapter ?? "unnamed adapter", ...(fallbackAdapter ? ["software"] : []), `${fp16 ? "" : "no "}float16`];
  return [
    `${c.platform}${c.isolated ? ", isolated" : ""}`,
    c.cores === 1 ? "1 core" : `${c.cores} cores`,
    webAssembly,
    usable ? `WebGPU (${kind.join(", ")})` : `no WebGPU (${reason ?? "for an unknown reason"})`,
    `${c.cacheStorage ? "" : "no "}Cache API`,
    `${c.locks ? "" : "no "}Web Locks`,
  ].join("; ");
}

/** The dtypes of an export, from the `dtypes` of its manifest. */
export function dtypesOfManifest(dtypes: Record<string, unknown>): Dtype[] {
  const names = Object.keys(dtypes).map((name) => MANIFEST_NAMES[name] ?? name);
  return names.filter((name): name is Dtype => Object.hasOwn(DTYPE_SUFFIX, name));
}

/**
 * What to try, in order: the next when one fails, be it its probe, its download or its start.
 *
 * @param config of the model: its width decides.
 * @param available what the export has; everything, where that is not known.
 * @throws OdinError `no-webassembly`; `bad-option` when nothing fits what was asked for.
 */
export function plans(wanted: Wanted, c: Capabilities, config: Width, available = allDtypes()): Plan[] {
  checkWanted(wanted, available);
  if (c.platform !== "node" && !c.simd) {
    const what = c.webAssembly ? "The WebAssembly of this browser has no SIMD" : "This browser has no WebAssembly";
    throw new OdinError(
      "no-webassembly",
      `${what}, or it is switched off (some lockdown modes do that). ODIN needs it: update the browser, or allow it.`,
    );
  }
  const automatic: Device[] = c.platform === "node" ? ["cpu"] : ["webgpu", "wasm"];
  const devices = wanted.device === "auto" ? automatic : [wanted.device];
  const refusals: string[] = [];
  const found: Plan[] = [];
  for (const device of devices) {
    const refusal = refuse(device, wanted, c, config, available);
    if (refusal) refusals.push(refusal);
    else found.push(...plansFor(device, wanted, c, config, available, refusals));
  }
  if (found.length > 0) return found;
  throw new OdinError(
    "bad-option",
    `The model cannot run with device '${wanted.device}' and dtype '${wanted.dtype}': ${refusals.join("; ")}. ` +
      `Choose another, or 'auto' for both. The model has: ${available.join(", ") || "no weights"}.`,
  );
}

/** Whether a device can compute with weights of a type, be it fast or not. */
export function computesIn(device: Device, dtype: Dtype): boolean {
  return PREFERENCE[device].includes(dtype);
}

function allDtypes(): Dtype[] {
  return Object.keys(DTYPE_SUFFIX) as Dtype[];
}

function checkWanted({ device, dtype, threads }: Wanted, available: readonly Dtype[]): void {
  const bad = (words: string) => new OdinError("bad-option", words);
  if (device !== "auto" && !Object.hasOwn(PREFERENCE, device)) {
    throw bad(`There is no device '${device}'. Choose one of: auto, ${Object.keys(PREFERENCE).join(", ")}.`);
  }
  if (dtype !== "auto" && !Object.hasOwn(DTYPE_SUFFIX, dtype)) {
    throw bad(`There are no weights of type '${dtype}'. Choose one of: auto, ${allDtypes().join(", ")}.`);
  }
  if (dtype !== "auto" && !available.includes(dtype)) {
    throw bad(
      `This model has no weights of type '${dtype}'. It has: ${available.join(", ") || "none"}. Choose one of them, ` +
        "or export the model again with that type.",
    );
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
    throw bad(`threads must be a whole number from 1 upwards; it was ${String(threads)}.`);
  }
}

/** Why a device is not for this model, or is not worth it where it was not asked for; undefined when it is. */
function refuse(
  device: Device,
  wanted: Wanted,
  c: Capabilities,
  { hidden_size }: Width,
  available: readonly Dtype[],
): string | undefined {
  const { usable, fp16, fallbackAdapter, adapter, reason } = c.webGpu;
  if (device === "cpu" && c.platform !== "node") return "cpu is for Node, a browser has wasm";
  if (device !== "cpu" && c.platform === "node") return `${device} is for browsers, Node has cpu`;
  if (device === "webgpu" && !usable) return `no WebGPU: ${reason ?? "there is no adapter"}`;
  if (device === "webgpu" && wanted.device === "auto") {
    if (fallbackAdapter) return `no WebGPU on graphics hardware, only on ${adapter ?? "software"}, which is slow`;
    if (hidden_size < WIDE) return `WebGPU does not pay for a model that is ${hidden_size} wide, less than ${WIDE}`;
  }
  const { dtype } = wanted;
  if (dtype !== "auto" && !computesIn(device, dtype)) {
    return `onnxruntime has no WebGPU kernels for the int8 products of ${dtype}`;
  }
  if (candidates(device, wanted, c, available).length > 0) return undefined;
  if (dtype !== "auto" && !fp16) return `${dtype} needs a WebGPU adapter with shader-f16, which this one is without`;
  return `the model has no weights for ${DEVICE_NAMES[device]}`;
}

function candidates(device: Device, { dtype }: Wanted, c: Capabilities, available: readonly Dtype[]): Dtype[] {
  const computes = (other: Dtype) => device !== "webgpu" || c.webGpu.fp16 || !isHalf(other);
  const fitting = PREFERENCE[device].filter((other) => dtype === "auto" || other === dtype);
  return fitting.filter((other) => available.includes(other) && computes(other));
}

function plansFor(
  device: Device,
  wanted: Wanted,
  c: Capabilities,
  config: Width,
  available: readonly Dtype[],
  passedOver: string[],
): Plan[] {
  const found = candidates(device, wanted, c, available);
  // After float16 comes float32: there are drivers that offer float16 and compute something else.
  const second = device === "webgpu" && isHalf(found[0]!) ? found.find((dtype) => !isHalf(dtype)) : undefined;
  const { threads, why } = chooseThreads(device, wanted.threads, c, config);
  const name = device === "webgpu" ? `WebGPU (${c.webGpu.adapter ?? "unnamed adapter"})` : DEVICE_NAMES[device];
  return [found[0]!, ...(second ? [second] : [])].map((dtype) => {
    const notes = [...(device === "wasm" ? noteOnWebAssembly(dtype) : []), why, ...passedOver];
    return { device, dtype, threads, reason: `${dtype} on ${name}; ${notes.join("; ")}` };
  });
}

function noteOnWebAssembly(dtype: Dtype): string[] {
  if (dtype === "fp16") return ["computed in float32 there, so that nothing is gained but half of the download"];
  if (dtype !== "q4" && dtype !== "q4f16") return [];
  return ["slow there, since 4-bit matrices are unpacked for every token (5 tokens/s with 100 million parameters)"];
}

function chooseThreads(
  device: Device,
  wanted: number | undefined,
  c: Capabilities,
  { hidden_size }: Width,
): { threads: number; why: string } {
  if (device === "webgpu") return { threads: 1, why: "one thread for the little that is not computed there" };
  if (!c.threads) {
    const missing = c.isolated ? "memory that can be shared" : "a cross-origin isolated page (headers COOP and COEP)";
    return { threads: 1, why: `one thread: more need ${missing}` };
  }
  if (wanted !== undefined) return { threads: wanted, why: `threads: ${wanted}, as asked for` };
  if (hidden_size < WIDE) return { threads: 1, why: `one thread: more are slower for a model ${hidden_size} wide` };
  const threads = Math.max(1, Math.min(MOST_THREADS, c.cores));
  return { threads, why: `threads: ${threads}, with ${c.cores} ${c.cores === 1 ? "core" : "cores"}` };
}

function isHalf(dtype: Dtype): boolean {
  return dtype === "fp16" || dtype === "q4f16";
}

function whichPlatform(): Capabilities["platform"] {
  if (typeof WorkerGlobalScope !== "undefined" && globalThis instanceof WorkerGlobalScope) return "worker";
  return typeof window === "undefined" && typeof process === "object" && process.versions?.node ? "node" : "page";
}

function canShareMemory(): boolean {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}

function countCores(): number {
  // Node has a navigator from version 21 on only.
  const node = typeof process === "object" ? process.getBuiltinModule?.("node:os") : undefined;
  return globalThis.navigator?.hardwareConcurrency || node?.availableParallelism() || 1;
}

/** Insecure pages have none, and private windows one that refuses. */
async function hasCacheStorage(): Promise<boolean> {
  try {
    await within(STORAGE_MS, globalThis.caches.has("odin"), failure("no answer"));
    return true;
  } catch {
    return false;
  }
}
