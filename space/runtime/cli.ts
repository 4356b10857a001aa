#!/usr/bin/env node
/** `npx odin-llm "prompt"`: an answer on the screen, token by token. */

import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DTYPE_SUFFIX, formatBytes, OdinError, OdinLLM, parseRecord, VERSION, type Chunk, type Stats } from "./node";

const USAGE = `odin-llm ${VERSION}: a small language model that shows its working, on this machine.

  odin-llm [options] "What is 47 * 86?"       answers, and ends
  odin-llm [options] - < FILE                 reads the question from standard input
  odin-llm --replay RECORD.json               generates a recorded answer again, and checks it

  --model URL|FOLDER|FILE.onnx   default: $ODIN_MODEL, or the small model that comes with this package
  --variant NAME                 which of the models that the address leads to (default: the record's, else by chance)
  --dtype NAME                   ${Object.keys(DTYPE_SUFFIX).join(", ")} (default: auto)
  --threads N                    default: as many as help
  --max-tokens N                 default 512
  --temperature X                default 0, the likeliest token each time
  --top-k N, --top-p X, --min-p X, --repetition-penalty X, --seed N
  --record FILE                  writes the run record, with which --replay works
  --stats                        tokens, speed and times, on standard error
  --no-store                     keep no files for the next time
  --help, --version`;

const OPTIONS = {
  model: { type: "string" },
  variant: { type: "string" },
  dtype: { type: "string" },
  threads: { type: "string" },
  "max-tokens": { type: "string" },
  temperature: { type: "string" },
  "top-k": { type: "string" },
  "top-p": { type: "string" },
  "min-p": { type: "string" },
  "repetition-penalty": { type: "string" },
  seed: { type: "string" },
  record: { type: "string" },
  replay: { type: "string" },
  stats: { type: "boolean" },
  "no-store": { type: "boolean" },
  help: { type: "boolean" },
  version: { type: "boolean" },
} as const;

/** The status of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

type Values = ReturnType<typeof parse>["values"];

function parse() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new OdinError("bad-option", `${(error as Error).message}\n\n${USAGE}`);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parse();
  if (values.help) return console.log(USAGE);
  if (values.version) return console.log(VERSION);
  const sampling = numbers(values, {
    maxTokens: "max-tokens",
    temperature: "temperature",
    topK: "top-k",
    topP: "top-p",
    minP: "min-p",
    repetitionPenalty: "repetition-penalty",
    seed: "seed",
  });
  const record = values.replay === undefined ? undefined : parseRecord(await readFile(values.replay, "utf8"));
  if (record && positionals.length + Object.keys(sampling).length > 0) {
    throw new OdinError("bad-option", "--replay takes the question and the options from the record. Leave them out.");
  }
  const prompt = record ? "" : await question(positionals);
  const variant = values.variant ?? record?.variant ?? undefined;
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort()); // a second one ends the program at once
  const llm = await OdinLLM.load(values.model ?? process.env["ODIN_MODEL"] ?? ownModel(), {
    dtype: (values.dtype ?? "auto") as keyof typeof DTYPE_SUFFIX,
    store: !values["no-store"],
    signal: stop.signal,
    ...(variant === undefined ? {} : { variant }),
    ...numbers(values, { threads: "threads" }),
    ...(process.stderr.isTTY ? { onProgress: showProgress() } : {}),
  });
  const { signal } = stop;
  const answer = record ? llm.replay(record, { signal }) : llm.generate(prompt, { ...sampling, signal });
  const stats = await show(answer);
  if (values.record !== undefined) await writeFile(values.record, `${JSON.stringify(stats.record, null, 2)}\n`);
  if (values.stats) console.error(describe(llm, stats));
  llm.dispose();
  if (stats.finish === "stopped") process.exitCode = INTERRUPTED;
}

/** What was asked, on the command line or on standard input. */
async function question(positionals: string[]): Promise<string> {
  if (positionals.length === 0) throw new OdinError("empty-prompt", USAGE);
  if (positionals.length > 1) throw new OdinError("bad-option", "That is more than one question. Put it in quotes.");
  const prompt = (positionals[0] === "-" ? await text(process.stdin) : positionals[0]!).trim();
  if (prompt === "") throw new OdinError("empty-prompt", "There is no question. Give one in quotes.");
  return prompt;
}

/** The model that the build put beside this file. */
function ownModel(): string {
  const folder = fileURLToPath(new URL("./model/", import.meta.url));
  if (existsSync(folder)) return folder;
  throw new OdinError("bad-option", "No model comes with this build. Name one with --model, or in $ODIN_MODEL.");
}

function numbers<K extends string>(values: Values, names: Record<K, keyof Values>): Partial<Record<K, number>> {
  const found: Partial<Record<K, number>> = {};
  for (const [key, name] of Object.entries(names) as [K, keyof Values][]) {
    // What is no number becomes NaN, which the runtime refuses by name.
    if (values[name] !== undefined) found[key] = Number(values[name] || NaN);
  }
  return found;
}

function showProgress(): (progress: { loaded: number; total: number }) => void {
  return ({ loaded, total }) => {
    const done = loaded >= total;
    process.stderr.write(`\r\x1b[K${done ? "" : `Loading: ${formatBytes(loaded)} of ${formatBytes(total)}`}`);
  };
}

async function show(answer: AsyncGenerator<Chunk, Stats, void>): Promise<Stats> {
  for (;;) {
    const next = await answer.next();
    if (next.done) {
      process.stdout.write("\n");
      return next.value;
    }
    process.stdout.write(next.value.text);
  }
}

function describe({ info }: OdinLLM, { promptTokens, tokens, finish, prefillMs, decodeMs }: Stats): string {
  const rate = tokens.length > 1 ? `, ${((tokens.length - 1) / (decodeMs / 1e3)).toFixed(0)} tokens/s` : "";
  const { model, variant, dtype, device, loadMs } = info;
  const chosen = variant ? ` (variant '${variant.name}' of '${variant.experiment}')` : "";
  return (
    `${promptTokens.length} tokens read in ${prefillMs.toFixed(0)} ms, ${tokens.length} written${rate} (${finish}); ` +
    `${model ?? "model"}${chosen} ${dtype} on ${device}, loaded in ${loadMs.toFixed(0)} ms`
  );
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0); // whoever read has seen enough
  throw error;
});
main().catch((error: unknown) => {
  const aborted = error instanceof OdinError && error.code === "aborted";
  console.error(`${process.stderr.isTTY ? "\r\x1b[K" : ""}${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = aborted ? INTERRUPTED : 1;
});
