/** PEFT's `adapter_config.json`: what of it is understood; what else would change the model is refused. */

import { found } from "../canonical";
import { Checks } from "../checks";

/** What of the configuration says how an adapter's tensors are used. */
export interface PeftConfig {
  r: number;
  alpha: number;
  rslora: boolean;
  /** Names of modules, or one pattern of them. */
  targets: readonly string[] | string;
  rankPattern: Readonly<Record<string, number>>;
  alphaPattern: Readonly<Record<string, number>>;
  /** Ends of the paths of modules that are replaced whole. */
  saved: readonly string[];
  /** Whether a tied tensor that is replaced stays tied. */
  tying: boolean;
}

const READ = new Set([
  "peft_type",
  "r",
  "lora_alpha",
  "use_rslora",
  "target_modules",
  "rank_pattern",
  "alpha_pattern",
  "modules_to_save",
  "ensure_weight_tying",
  "bias",
  "init_lora_weights",
]);
/** Of no effect on what a finished adapter computes. */
const IDLE = new Set([
  "auto_mapping",
  "base_model_name_or_path",
  "eva_config",
  "exclude_modules",
  "inference_mode",
  "layers_pattern",
  "layers_to_transform",
  "lora_dropout",
  "megatron_core",
  "peft_version",
  "qalora_group_size",
  "revision",
  "task_type",
]);
/** PEFT's word for adapting no module. */
export const NO_TARGET = "dummy-target-modules";
/** Ways to begin that leave the model's own weights as they are. */
const PLAIN_STARTS: readonly unknown[] = [undefined, true, false, "gaussian", "eva", "orthogonal"];
// Python reads these as JavaScript does. Without groups, and with few quantifiers, none takes long.
const PATTERN = /^[\w.\\|^$*+?[\]-]*$/;
const MOST_QUANTIFIERS = 4;

export const damaged = new Checks("corrupt", "Give PEFT's two files as it wrote them");
export const unsupported = new Checks("bad-data", "Give a LoRA adapter of this model, or an export of this runtime");

/**
 * @throws OdinError `corrupt` when it is damaged, `bad-data` for whatever else PEFT can do: other methods than LoRA,
 *   DoRA, trained biases, and any key that is not known here and is set
 */
export function parsePeftConfig(json: string): PeftConfig {
  const given = damaged.object(damaged.json(json, "adapter_config.json"), "adapter_config.json");
  const { peft_type: method, bias = "none", init_lora_weights: start } = given;
  if (method !== "LORA") throw unsupported.expected("LORA", method, "peft_type");
  if (bias !== "none") throw unsupported.expected("none: biases are not adapted", bias, "bias");
  if (!PLAIN_STARTS.includes(start)) {
    const reason = "true, gaussian, eva or orthogonal, which leave the model's own weights as they are";
    throw unsupported.expected(reason, start, "init_lora_weights");
  }
  for (const [key, setting] of Object.entries(given)) {
    if (READ.has(key) || IDLE.has(key) || isOff(setting)) continue;
    throw unsupported.error(`adapter_config.json asks for ${key}, which is not supported: ${found(setting)}`);
  }
  damaged.require(given, ["r", "lora_alpha", "target_modules"], "adapter_config.json");
  return {
    r: damaged.integer(given["r"], 1, 2 ** 31 - 1, "r"),
    alpha: damaged.number(given["lora_alpha"], "lora_alpha"),
    rslora: flag(given["use_rslora"], "use_rslora"),
    targets: parseTargets(given["target_modules"]),
    rankPattern: parsePatterns(given["rank_pattern"], "rank_pattern"),
    alphaPattern: parsePatterns(given["alpha_pattern"], "alpha_pattern"),
    saved: names(given["modules_to_save"] ?? [], "modules_to_save"),
    tying: flag(given["ensure_weight_tying"], "ensure_weight_tying"),
  };
}

/** The rank of a module's two factors, and the factor on their product. */
export function factorsOf(config: PeftConfig, module: string): { rank: number; scale: number } {
  const rank = patterned(config.rankPattern, module) ?? config.r;
  const alpha = patterned(config.alphaPattern, module) ?? config.alpha;
  return { rank, scale: alpha / (config.rslora ? Math.sqrt(rank) : rank) };
}

/** Whether a module may have factors; of a pattern the tensors themselves say what it matched. */
export function isTarget({ targets }: PeftConfig, module: string): boolean {
  if (typeof targets === "string") return targets !== NO_TARGET;
  return targets.some((name) => module === name || module.endsWith(`.${name}`));
}

/** Whether a parameter is of a module that is replaced whole. */
export function isSaved({ saved }: PeftConfig, parameter: string): boolean {
  const path = parameter.split(".").slice(0, -1);
  const modules = path.map((_, index) => path.slice(0, index + 1).join("."));
  return modules.some((module) => saved.some((name) => module.endsWith(name)));
}

function isOff(setting: unknown): boolean {
  if (setting === null || setting === false) return true;
  return typeof setting === "object" && Object.keys(setting).length === 0;
}

function flag(value: unknown, where: string): boolean {
  return value === undefined || value === null ? false : damaged.boolean(value, where);
}

function names(value: unknown, where: string): string[] {
  return damaged.list(value, where).map((name) => damaged.text(name, `a name of ${where}`));
}

function parseTargets(value: unknown): PeftConfig["targets"] {
  return typeof value === "string" ? value : names(value, "target_modules");
}

function parsePatterns(value: unknown, where: string): Record<string, number> {
  const entries = Object.entries(damaged.object(value ?? {}, where));
  for (const [key, setting] of entries) {
    pattern(key);
    if (where === "rank_pattern") damaged.integer(setting, 1, 2 ** 31 - 1, `${where}.${key}`);
    else damaged.number(setting, `${where}.${key}`);
  }
  return Object.fromEntries(entries) as Record<string, number>;
}

/** The value of the first pattern that matches a module's path from some dot on. */
function patterned(patterns: Readonly<Record<string, number>>, module: string): number | undefined {
  const key = Object.keys(patterns).find((key) => pattern(key).test(module));
  return key === undefined ? undefined : patterns[key];
}

function pattern(text: string): RegExp {
  try {
    const quantifiers = text.replace(/[^*+?]/g, "").length;
    if (PATTERN.test(text) && quantifiers <= MOST_QUANTIFIERS) return new RegExp(`^(.*\\.)?(${text})$`, "u");
  } catch {
    // The words below say it.
  }
  throw unsupported.error(`the pattern ${found(text)} of module names is not of names, dots, | and few *`);
}
