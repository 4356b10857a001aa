/**
 * A training as it is stored: a checkpoint, which is the whole state after some steps, and a journal of the steps
 * after it, from which the state is computed again. Each entry carries its own sha256.
 */

import { sha256Pieces } from "../download/hash";
import type { TrainingStep } from "./record";
import type { TrainingStorage } from "./storage";
import type { TrainerState } from "./trainer";
import type { TrainingBatch, TrainingData } from "./types";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a run began with. */
export interface RunHead {
  seed: number;
  data: TrainingData | null;
}

/** A step, to be computed again. */
export interface JournalEntry {
  head: RunHead;
  batch: Pick<TrainingBatch, "rows" | "length" | "examples"> & Record<"inputIds" | "labels" | "segments", number[]>;
  step: TrainingStep;
}

interface CheckpointHead {
  head: RunHead;
  steps: TrainingStep[];
  state: Pick<TrainerState, "step" | "lossScale" | "overflows" | "goodSteps">;
}

export interface Checkpoint {
  head: RunHead;
  /** All steps up to here. */
  steps: TrainingStep[];
  state: TrainerState;
}

const HASH_DIGITS = 64;

export class History {
  /** @param run names the run: the folder that its entries are in. */
  constructor(
    readonly storage: TrainingStorage,
    readonly run: string,
    readonly warn: (message: string) => void,
  ) {}

  /**
   * The newest checkpoint that is whole, and the steps after it up to the first that is missing or damaged. What lies
   * behind that is deleted.
   *
   * @param size of the tensors of a state, in numbers.
   */
  async load(size: number): Promise<{ checkpoint: Checkpoint | undefined; journal: JournalEntry[] }> {
    const checkpoints = await this.#numbers("checkpoint");
    let checkpoint: Checkpoint | undefined;
    for (const number of checkpoints.reverse()) {
      checkpoint = await this.#checkpoint(number, size);
      if (checkpoint) break;
      this.warn(`the checkpoint of step ${number} is damaged, and was left out`);
      await this.storage.delete(this.#key("checkpoint", number));
    }
    const journal: JournalEntry[] = [];
    const numbers = await this.#numbers("step");
    let next = (checkpoint?.steps.length ?? 0) + 1;
    for (const number of numbers.filter((at) => at >= next)) {
      const entry = number === next ? await this.#entry(number) : undefined;
      if (!entry) break;
      journal.push(entry);
      next++;
    }
    const lost = numbers.filter((number) => number >= next);
    if (lost.length > 0) this.warn(`step ${next} is damaged or missing, so that it and what followed is lost`);
    await this.#delete("step", lost);
    return { checkpoint, journal };
  }

  /** @param number of the step, from 1, skipped ones included. @throws OdinError `storage` */
  async append(number: number, entry: JournalEntry): Promise<void> {
    await this.storage.write(this.#key("step", number), await seal(entry, []));
  }

  /**
   * Stores a state, and deletes what it makes needless. The checkpoint before it stays, and all steps since that: when
   * one of the two is damaged, nothing is lost.
   *
   * @throws OdinError `storage`
   */
  async checkpoint({ head, steps, state }: Checkpoint): Promise<void> {
    const { parameters, m, v, ...rest } = state;
    const tensors = [parameters, m, v].map(({ buffer, byteOffset, byteLength }) => {
      return new Uint8Array(buffer, byteOffset, byteLength);
    });
    const sealed = await seal({ head, steps, state: rest } satisfies CheckpointHead, tensors);
    const number = steps.length;
    await this.storage.write(this.#key("checkpoint", number), sealed);
    const checkpoints = (await this.#numbers("checkpoint")).filter((at) => at < number);
    const before = checkpoints.at(-1) ?? 0;
    const journal = await this.#numbers("step");
    await this.#delete("step", journal.filter((at) => at <= before));
    await this.#delete("checkpoint", checkpoints.filter((at) => at < before));
  }

  /** Drops the steps from `number` on. */
  async cut(number: number): Promise<void> {
    await this.#delete("step", (await this.#numbers("step")).filter((at) => at >= number));
  }

  /** Deletes the run. */
  async clear(): Promise<void> {
    await clear(this.storage, `${this.run}/`);
  }

  async #checkpoint(number: number, size: number): Promise<Checkpoint | undefined> {
    const opened = await unseal<CheckpointHead>(await this.storage.read(this.#key("checkpoint", number)));
    if (opened?.rest.length !== 3 * size * Float32Array.BYTES_PER_ELEMENT) return undefined;
    const { head, steps, state } = opened.value;
    if (steps.length !== number) return undefined;
    const numbers = new Float32Array(opened.rest.slice().buffer);
    const [parameters, m, v] = [0, 1, 2].map((i) => numbers.subarray(i * size, (i + 1) * size));
    return { head, steps, state: { ...state, parameters: parameters!, m: m!, v: v! } };
  }

  async #entry(number: number): Promise<JournalEntry | undefined> {
    return (await unseal<JournalEntry>(await this.storage.read(this.#key("step", number))))?.value;
  }

  async #numbers(kind: Kind): Promise<number[]> {
    const prefix = `${this.run}/${kind}/`;
    const numbers = (await this.storage.keys(prefix)).map((key) => Number(key.slice(prefix.length)));
    return numbers.filter(Number.isSafeInteger).sort((a, b) => a - b);
  }

  async #delete(kind: Kind, numbers: number[]): Promise<void> {
    // From the last on, so that what is left after an interruption has no gap.
    for (const number of numbers.reverse()) await this.storage.delete(this.#key(kind, number));
  }

  #key(kind: Kind, number: number): string {
    return `${this.run}/${kind}/${number}`;
  }
}

type Kind = "checkpoint" | "step";

/** Names of a model's runs that are stored. */
export async function runsOf(storage: TrainingStorage, model: string): Promise<string[]> {
  const keys = await storage.keys(`${model}/`);
  return [...new Set(keys.map((key) => key.split("/").slice(0, 2).join("/")))];
}

/** Deletes all entries that begin with `prefix`. */
export async function clear(storage: TrainingStorage, prefix: string): Promise<void> {
  for (const key of await storage.keys(prefix)) await storage.delete(key);
}

/** Sha256 in hex, size of the JSON, the JSON, and bytes. */
async function seal(value: unknown, rest: Bytes[]): Promise<Bytes[]> {
  const encode = (text: string) => new TextEncoder().encode(text) as Bytes;
  const json = encode(JSON.stringify(value));
  const size = new Uint8Array(Uint32Array.of(json.length).buffer);
  return [encode(await sha256Pieces([size, json, ...rest])), size, json, ...rest];
}

/** Undefined for what is not as it was sealed. */
async function unseal<T>(bytes: Bytes | undefined): Promise<{ value: T; rest: Bytes } | undefined> {
  if (!bytes || bytes.length < HASH_DIGITS + 4) return undefined;
  const content = bytes.subarray(HASH_DIGITS);
  const decode = (part: Bytes) => new TextDecoder().decode(part);
  if ((await sha256Pieces([content])) !== decode(bytes.subarray(0, HASH_DIGITS))) return undefined;
  const size = new DataView(content.buffer, content.byteOffset).getUint32(0, true);
  return { value: JSON.parse(decode(content.subarray(4, 4 + size))) as T, rest: content.subarray(4 + size) };
}
