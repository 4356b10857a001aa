/** Finds out how to run a model, and fetches its files. */

import { sha256Hex } from "./canonical";
import { computesIn, detect, plans, type Plan } from "./devices";
import { type FolderOptions, ModelFolder } from "./download";
import { sha256Pieces } from "./download/hash";
import { variantUrl } from "./download/manifest";
import { OdinError } from "./errors";
import { missingFile } from "./ortfiles";
import { probeWebGpu } from "./probe";
import {
  DTYPE_SUFFIX,
  type Dtype,
  type Failure,
  type Fetched,
  type FetchRequest,
  type Learned,
  type LoadOptions,
  type ModelFiles,
  type Progress,
  type TelemetryEvent,
} from "./protocol";
import { prepareWebAssembly } from "./session";
import type { AdaptedModel } from "./training/adapted";
import { type ChosenVariant, chooseVariant, namedVariant, someVisitor } from "./variants";

/** WebGPU that takes longer for a step of the probe is no faster than WebAssembly (odin-100m: 18 to 33 ms a token). */
const SLOWEST_PROBE_MS = 50;

export interface FetchListener {
  onProgress: (progress: Progress) => void;
  onEvent?: ((event: TelemetryEvent) => void) | undefined;
  /** Ends the download. */
  signal: AbortSignal;
}

/**
 * @returns the files, or `again`: what has failed, when the next plan has to be tried in another thread.
 * @throws OdinError for the person in front of the screen.
 */
export async function fetchModel(
  request: FetchRequest,
  listener: FetchListener,
): Promise<Fetched | { again: Failure[] }> {
  const { options, ortUrl, url } = request;
  const { onEvent } = listener;
  const capabilities = await detect();
  const folder = url === undefined ? undefined : await Source.open(url, options, listener);
  const config = request.files?.config ?? (await folder!.config());
  const adapted = request.learned && folder ? await folder.adapted(request.learned) : undefined;
  const { device = "auto", dtype: asked = "auto", threads } = options;
  const dtype = url === undefined ? request.files!.dtype : (adapted?.dtype ?? folder?.dtype ?? asked);
  // What was learned has one dtype, which the device of the release may have no kernels for.
  const bound = adapted !== undefined || request.files?.adapted !== undefined;
  const possible = device === "auto" || dtype === "auto" || !bound || computesIn(device, dtype);
  const wanted = { device: possible ? device : "auto", dtype, threads } as const;
  const failed = [...request.failed];
  const dtypes = adapted ? [adapted.dtype] : folder?.dtypes;
  const usable = plans(wanted, capabilities, { hidden_size: Number(config["hidden_size"]) }, dtypes).filter(
    (plan) =>
      !failed.some((other) => same(other, plan)) &&
      // A failure would leave onnxruntime unusable in this thread, and a page cannot be given another one.
      (capabilities.platform !== "page" || plan.device !== "webgpu" || wanted.device === "webgpu"),
  );
  for (const [i, plan] of usable.entries()) {
    if (plan.device === "webgpu") {
      const started = performance.now();
      prepareWebAssembly(ortUrl, plan.device, plan.threads);
      const limit = wanted.device === "auto" ? { maxMs: SLOWEST_PROBE_MS } : {};
      const probed = await probeWebGpu({ fp16: plan.dtype.endsWith("16"), ...limit });
      if (!probed.ok) {
        const missing = await missingFile(ortUrl, plan.device);
        const failure = missing?.message ?? `WebGPU does not compute as it should: ${probed.reason}`;
        onEvent?.({ type: "attempt", device: "webgpu", dtype: plan.dtype, ms: performance.now() - started, failure });
        failed.push({ ...plan, failure });
        // onnxruntime may be of no use in this thread any more, which a page has no other of.
        const next = usable[i + 1];
        if (next?.device === "webgpu" && capabilities.platform === "worker") return { again: failed };
        continue;
      }
    }
    const given = request.files?.dtype === plan.dtype ? request.files : undefined;
    const files = given ?? (await folder!.files(config, plan.dtype, adapted));
    return {
      plan,
      another: i + 1 < usable.length,
      files,
      source: {
        url: folder?.folder.base,
        model: folder?.folder.manifest?.model,
        version: folder?.folder.manifest?.version,
        variant: folder?.experiment?.chosen ?? null,
        bytes: folder?.bytes ?? 0,
        stored: folder?.folder.cached ?? false,
        capabilities,
      },
      failed,
    };
  }
  const reasons = failed.map(({ device, dtype, failure }) => `${device}, ${dtype}: ${failure}`);
  throw new OdinError("engine", `The model could not be started. ${reasons.join(" ")}`.trim());
}

function same(a: Plan, b: Plan): boolean {
  return a.device === b.device && a.dtype === b.dtype && a.threads === b.threads;
}

/** A folder that leads to one of several models, and to which it has led. */
interface Experiment {
  folder: ModelFolder;
  chosen: ChosenVariant;
}

/** A model folder by its address, by that of a `.onnx` file in it, or by that of an experiment. */
class Source {
  /** Whether it is known which files will be loaded. */
  expecting = false;

  private constructor(
    readonly folder: ModelFolder,
    /** The file that the address names; its name says the dtype. */
    readonly file: string | undefined,
    readonly experiment: Experiment | undefined,
  ) {}

  static async open(
    url: string,
    { store = true, variant, visitor }: LoadOptions,
    { onProgress, onEvent, signal }: FetchListener,
  ): Promise<Source> {
    const { base, file } = splitAddress(url);
    let source: Source | undefined;
    const options: FolderOptions = {
      signal,
      // Until it is known which files there will be, the first one would seem to be all.
      onProgress: (progress) => source?.expecting && onProgress(progress),
      ...(store ? {} : { store: null }),
      onEvent: (event) => onEvent?.({ type: "storage", event }),
    };
    const named = await ModelFolder.open(base, options);
    const { experiment, folder } = await enter(named, variant, visitor, options);
    source = new Source(folder, file, experiment);
    return source;
  }

  /** Bytes received so far. */
  get bytes(): number {
    return this.folder.bytes + (this.experiment?.folder.bytes ?? 0);
  }

  get dtype(): Dtype | undefined {
    if (this.file === undefined) return undefined;
    const suffix = /_[a-z0-9]+(?=\.onnx$)/.exec(this.file)?.[0] ?? "";
    const known = Object.entries(DTYPE_SUFFIX).find(([, other]) => other === suffix);
    return (known?.[0] ?? "fp32") as Dtype;
  }

  /** What the folder has, where its manifest says so. */
  get dtypes(): Dtype[] | undefined {
    const files = this.folder.manifest?.files;
    if (!files || this.file !== undefined) return undefined;
    return (Object.keys(DTYPE_SUFFIX) as Dtype[]).filter((dtype) => this.path(dtype) in files);
  }

  async config(): Promise<Record<string, unknown>> {
    const config = await this.folder.json<Record<string, unknown>>("config.json");
    if (config["model_type"] === "odin") return config;
    throw new OdinError(
      "foreign-model",
      `${this.folder.base} holds a model of type '${String(config["model_type"])}', not an ODIN model. ` +
        "Give the address of a folder that `python -m export` wrote.",
    );
  }

  path(dtype: Dtype): string {
    return this.file ?? `onnx/model${DTYPE_SUFFIX[dtype]}.onnx`;
  }

  /** What generates with other parameters than the released ones. */
  async adapted(learned: Learned): Promise<AdaptedModel> {
    const { AdaptedModel } = await import("./training/adapted"); // few visitors train
    return AdaptedModel.open(this.folder, learned);
  }

  async files(config: Record<string, unknown>, dtype: Dtype, adapted: AdaptedModel | undefined): Promise<ModelFiles> {
    const { folder } = this;
    const paths = adapted?.paths ?? [this.path(dtype)];
    folder.expect(["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", ...paths]);
    this.expecting = true;
    const [configBytes, generationConfig, bytes, tokenizerConfig, [weights, ...more]] = await Promise.all([
      folder.read("config.json"),
      folder.json<Record<string, unknown>>("generation_config.json", { optional: true }),
      folder.read("tokenizer.json"),
      folder.json<Record<string, unknown>>("tokenizer_config.json"),
      Promise.all(paths.map((path) => folder.chunks(path))),
    ]);
    tokenizerConfig["chat_template"] ??= await folder.text("chat_template.jinja", { optional: true });
    await folder.finish();
    await this.experiment?.folder.finish();
    return {
      config,
      generationConfig: generationConfig ?? {},
      tokenizer: { bytes, config: tokenizerConfig },
      weights: weights!,
      ...adapted?.rest(more),
      dtype,
      hashes: {
        config: sha256Hex(configBytes),
        weights:
          adapted?.learned.sha256 ?? folder.manifest?.files[paths[0]!]?.sha256 ?? (await sha256Pieces(weights!)),
        tokenizer: sha256Hex(bytes),
      },
    };
  }
}

/**
 * The folder of the model that `folder` leads to: itself, or that of a variant.
 *
 * @throws OdinError `bad-option`: there is no such variant, or there are none; `corrupt`: variants of variants; as
 *   {@link ModelFolder.open}.
 */
async function enter(
  folder: ModelFolder,
  wanted: LoadOptions["variant"],
  visitor: string | undefined,
  options: FolderOptions,
): Promise<{ folder: ModelFolder; experiment: Experiment | undefined }> {
  const { base, manifest: { experiment, variants } = {} } = folder;
  if (!variants) {
    if (typeof wanted !== "string") return { folder, experiment: undefined };
    throw new OdinError("bad-option", `${base} is one model, without variants. Leave the variant '${wanted}' out.`);
  }
  const name = typeof wanted === "string" ? wanted : wanted?.name;
  const variant =
    name === undefined
      ? chooseVariant(experiment!, variants, visitor ?? someVisitor())
      : namedVariant(experiment!, variants, name);
  const model = await ModelFolder.open(variantUrl(base, variant.path)!, options);
  if (model.manifest?.variants) {
    const both = `${base} leads to ${model.base}, and both list variants`;
    throw new OdinError("corrupt", `${both}. A variant's path has to be that of a model.`);
  }
  return { folder: model, experiment: { folder, chosen: { experiment: experiment!, name: variant.name } } };
}

function splitAddress(url: string): { base: string; file: string | undefined } {
  const address = new URL(url);
  address.search = address.hash = ""; // as `?download=true`
  const { pathname, href } = address;
  if (!pathname.endsWith(".onnx")) return { base: href.endsWith("/") ? href : `${href}/`, file: undefined };
  // The files beside lie where the weights are, or one above, where an export puts them.
  const base = new URL(pathname.split("/").at(-2) === "onnx" ? "../" : "./", href).href;
  return { base, file: decodeURIComponent(href.slice(base.length)) };
}
