/** A model folder: a URL, or in Node a path, below which lie the files that `manifest.json` lists. */

import { OdinError } from "../errors";
import type { Progress } from "../protocol";
import { environment, folderUrl } from "./environment";
import type { DownloadEvent } from "./events";
import { type FolderContext, loadFile, type Sink } from "./file";
import type { Bytes } from "./hash";
import { MissingFile } from "./http";
import { type Manifest, notJson, parseManifest, runnable } from "./manifest";
import { Shelf, sum } from "./shelf";
import type { ChunkStore } from "./store";
import { Tally } from "./tally";
import { Slots } from "./tasks";

export interface FolderOptions {
  /** Called with every piece that arrives or is read from the store. */
  onProgress?: (progress: Progress) => void;
  /** Telemetry. */
  onEvent?: (event: DownloadEvent) => void;
  /** Stops loading with an OdinError `aborted`; what has arrived stays stored. */
  signal?: AbortSignal | undefined;
  /**
   * Where chunks are kept. Default: the Cache API, in Node a folder of the user's cache; null for nowhere. What is on
   * the disk already is not kept a second time.
   */
  store?: ChunkStore | null;
  /** Default: the browser's or Node's own, in Node for folders on the disk too. */
  fetch?: typeof fetch;
  /** Most requests at a time. Default 4. */
  connections?: number;
  /** Milliseconds before each further try after a failure. Default 500, 1000, 2000, 4000. */
  delays?: readonly number[];
  /** Milliseconds of silence after which a connection counts as broken. Default 30,000. */
  stallMs?: number;
}

const DELAYS_MS = [500, 1000, 2000, 4000];
const STALL_MS = 30_000;
// With a version in the store, a network that does not answer in time is taken for none.
const PATIENCE_MS = 3000;
const MANIFEST = "manifest.json";

/** The files of a model, in verified chunks that are kept for the next time. */
export class ModelFolder {
  readonly #context: FolderContext;
  readonly #tally: Tally;
  readonly #found: Found | undefined;

  private constructor(context: FolderContext, tally: Tally, found: Found | undefined) {
    this.#context = context;
    this.#tally = tally;
    this.#found = found;
  }

  /**
   * Reads the folder's manifest: from the network, or from the store when the network is gone.
   *
   * @param url of the folder; in Node also a path.
   * @throws OdinError `network`, `truncated`, `corrupt`, `not-found`, `incompatible`, `aborted`, `bad-option`.
   */
  static async open(url: string, options: FolderOptions = {}): Promise<ModelFolder> {
    const base = folderUrl(url);
    const signal = options.signal ?? new AbortController().signal;
    const onEvent = options.onEvent ?? (() => {});
    const tally = new Tally(options.onProgress ?? (() => {}));
    const onDisk = base.startsWith("file:");
    const store = onDisk ? null : options.store === undefined ? await environment.store() : options.store;
    const context: FolderContext = {
      base,
      signal,
      onEvent,
      manifest: undefined,
      shelf: new Shelf(store ?? undefined, base, signal, onEvent),
      slots: new Slots(options.connections ?? 4),
      fetch: options.fetch ?? environment.fetch,
      delays: options.delays ?? DELAYS_MS,
      stallMs: options.stallMs ?? STALL_MS,
      onReceived: (bytes) => void (tally.received += bytes),
      onSize: (file, bytes) => tally.expect(file, bytes),
      onProgress: (file, bytes) => tally.add(file, bytes),
    };
    return guarded(signal, async () => {
      const found = await readManifest(context);
      if (found?.manifest) await context.shelf.begin(found.text);
      return new ModelFolder({ ...context, manifest: found?.manifest }, tally, found);
    });
  }

  /** Absolute URL that ends with a slash. */
  get base(): string {
    return this.#context.base;
  }

  /** Undefined when the folder has none: then nothing is verified or stored. */
  get manifest(): Manifest | undefined {
    return this.#context.manifest;
  }

  /** Bytes received so far over the network, or from a folder on the disk. */
  get bytes(): number {
    return this.#tally.received;
  }

  /** Whether what is downloaded is stored for the next time. */
  get cached(): boolean {
    return this.manifest !== undefined && this.#context.shelf.working;
  }

  /** Counts `names` into the progress total from the start, where the manifest knows their sizes. */
  expect(names: string[]): void {
    for (const name of names) this.#tally.expect(name, this.manifest?.files[name]?.bytes ?? 0);
  }

  /**
   * To be called when all that is needed has been loaded and works: from then on this version is the one to use
   * offline, and chunks that only older versions had are deleted.
   */
  async finish(): Promise<void> {
    const text = this.#found?.text;
    if (this.manifest && text !== undefined) {
      await guarded(this.#context.signal, () => this.#context.shelf.finish(text));
    }
  }

  /** A JSON file. Throws as {@link read}, and `corrupt` when it does not parse. */
  json<T>(name: string, options: { optional: true }): Promise<T | undefined>;
  json<T>(name: string): Promise<T>;
  async json<T>(name: string, options: { optional?: boolean } = {}): Promise<T | undefined> {
    const text = await this.text(name, options);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as T;
    } catch {
      throw notJson(name, text, this.base);
    }
  }

  /** A UTF-8 file; undefined when it is optional and not there. */
  text(name: string, options: { optional?: boolean }): Promise<string | undefined>;
  text(name: string): Promise<string>;
  async text(name: string, options: { optional?: boolean } = {}): Promise<string | undefined> {
    const bytes = await this.read(name, options);
    return bytes && new TextDecoder().decode(bytes);
  }

  /**
   * The bytes of a file, complete and as the manifest has them; undefined when it is optional and not there.
   *
   * @throws OdinError `not-found`, `network`, `truncated`, `corrupt`, `aborted`.
   */
  read(name: string): Promise<Bytes>;
  read(name: string, options: { optional?: boolean }): Promise<Bytes | undefined>;
  async read(name: string, { optional = false } = {}): Promise<Bytes | undefined> {
    // With a manifest it is known without asking what is there, which makes a difference offline.
    if (optional && this.manifest && !this.manifest.files[name]) return undefined;
    try {
      return await this.#read(name);
    } catch (error) {
      if (optional && error instanceof MissingFile) return undefined;
      throw error;
    }
  }

  /**
   * A large file in order, in pieces of the manifest's chunk size that have an ArrayBuffer each: they can be used up
   * or transferred one by one, and the whole is in memory once. A file without chunk hashes (an older export's) is one
   * piece. Throws as {@link read}.
   */
  async chunks(name: string): Promise<Bytes[]> {
    const pieces: { start: number; bytes: Bytes }[] = [];
    await this.#load(name, (start, bytes) => void pieces.push({ start, bytes }));
    return pieces.sort((a, b) => a.start - b.start).map(({ bytes }) => bytes);
  }

  async #read(name: string): Promise<Bytes> {
    const size = this.manifest?.files[name]?.bytes;
    if (size === undefined || size <= (this.manifest?.chunk_bytes ?? Infinity)) return joined(await this.chunks(name));
    const whole = new Uint8Array(size);
    await this.#load(name, (start, bytes) => whole.set(bytes, start));
    return whole;
  }

  #load(name: string, sink: Sink): Promise<void> {
    this.#tally.restart(name);
    const { signal } = this.#context;
    return guarded(signal, async () => {
      try {
        await loadFile(name, this.#context, sink);
      } catch (error) {
        signal.throwIfAborted();
        throw this.#found?.refused ?? error; // the folder has the files of a version that cannot be used
      }
    });
  }
}

/** A manifest and its text, and why it is not the one that the folder has now, if that cannot be used. */
interface Found {
  text: string;
  manifest: Manifest | undefined;
  refused?: OdinError;
}

/** Undefined when the folder has no manifest. */
async function readManifest(context: FolderContext): Promise<Found | undefined> {
  const { base, shelf, signal, onEvent, stallMs } = context;
  const stored = await shelf.manifest();
  const patience = stored === undefined ? {} : { delays: [], stallMs: Math.min(stallMs, PATIENCE_MS) };
  const parse = (text: string): Found => ({ text, manifest: runnable(parseManifest(text, base), base) });
  try {
    const pieces: Bytes[] = [];
    const silent = { onSize: () => {}, onProgress: () => {} }; // it belongs to no one's total
    await loadFile(MANIFEST, { ...context, ...patience, ...silent }, (_, bytes) => void pieces.push(bytes));
    return parse(new TextDecoder().decode(joined(pieces)));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MissingFile) return undefined;
    if (stored === undefined || !(error instanceof OdinError)) throw error;
    const incompatible = error.code === "incompatible";
    // Of a version that is not complete the rest would be needed, which is not there any more.
    if (incompatible && !stored.complete) throw error;
    const found = parse(stored.text);
    // Offline also with a web page in its place: that is what a network that wants a login first sends.
    onEvent({ type: incompatible ? "incompatible" : "offline", base, reason: error.message });
    return incompatible ? { ...found, refused: error } : found;
  }
}

async function guarded<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!signal.aborted) throw error;
    const kept = "What has arrived is kept where the browser allows it: loading again goes on from there.";
    throw new OdinError("aborted", `Loading was stopped before it was complete. ${kept}`);
  }
}

function joined(pieces: Bytes[]): Bytes {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(sum(pieces.map((piece) => piece.length)));
  let start = 0;
  for (const piece of pieces) {
    whole.set(piece, start);
    start += piece.length;
  }
  return whole;
}
