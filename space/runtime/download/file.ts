/** One file of a model folder: from the store where it is there, otherwise from the network, verified either way. */

import { OdinError } from "../errors";
import type { Bytes } from "./hash";
import { sha256Hex } from "./hash";
import { type Connection, type Link, RemoteFile } from "./http";
import { exclusively } from "./locks";
import { chunkAddress, chunksOf, type FileChunk, type FileEntry, type Manifest, type Span } from "./manifest";
import { receive } from "./receive";
import { type Shelf, sum } from "./shelf";
import { linkedController, type Slots, Team } from "./tasks";

/** What the files of a folder share. */
export interface FolderContext extends Link {
  base: string;
  manifest: Manifest | undefined;
  shelf: Shelf;
  slots: Slots;
  /** Called with the size of a file, as soon as it is known. */
  onSize(file: string, bytes: number): void;
  /** Called with the change in what there is of a file; negative when a damaged chunk is thrown away. */
  onProgress(file: string, bytes: number): void;
}

/** Takes a piece of the file that begins at `start`, in an ArrayBuffer of its own; pieces come in any order. */
export type Sink = (start: number, bytes: Bytes) => void;

// Pieces of a file of which no hashes are known.
const PIECE_BYTES = 4 << 20;

/** Bytes of a remote file that are verified as one, and the chunks that they are: several where these are equal. */
interface Part extends Span {
  chunks: [FileChunk, ...FileChunk[]];
}

/**
 * Loads a file and hands its pieces to `sink`.
 *
 * @throws OdinError `network`, `truncated`, `corrupt`, `not-found`, and MissingFile; the signal's reason.
 */
export async function loadFile(name: string, folder: FolderContext, sink: Sink): Promise<void> {
  const { controller, release } = linkedController(folder.signal);
  try {
    const entry = folder.manifest?.files[name];
    const load = new FileLoad(name, { ...folder, signal: controller.signal }, entry?.bytes, sink);
    if (folder.manifest && entry) await load.verified(folder.manifest, entry, controller);
    else await load.unverified();
  } finally {
    controller.abort();
    release();
  }
}

class FileLoad {
  /** The file under its own name. */
  readonly #file: RemoteFile;

  constructor(
    readonly name: string,
    readonly folder: FolderContext,
    readonly bytes: number | undefined,
    readonly sink: Sink,
  ) {
    this.#file = new RemoteFile(new URL(name, folder.base).href, name, bytes, folder);
  }

  /** A file whose hashes the manifest has. */
  async verified(manifest: Manifest, entry: FileEntry, controller: AbortController): Promise<void> {
    const { slots, signal } = this.folder;
    this.folder.onSize(this.name, entry.bytes);
    const chunks = chunksOf(manifest, entry);
    const missing: FileChunk[] = [];
    const readers = new Team(controller);
    for (const chunk of chunks) {
      const read = async () => {
        if (!(await this.#stored(chunk))) missing.push(chunk);
      };
      void readers.start(slots.run(signal, read));
    }
    await readers.end();
    if (missing.length === 0) return;
    missing.sort((a, b) => a.start - b.start);
    await this.folder.shelf.makeRoom(sum(missing.map((chunk) => chunk.bytes)));
    const separate = chunkAddress(manifest, entry, this.folder.base);
    if (separate) await this.#downloadEach(missing, separate, controller);
    else await this.#download(missing, entry, controller);
  }

  /** A file of which nothing is known beforehand: its bytes in order, not stored. */
  unverified(): Promise<void> {
    const { slots, signal } = this.folder;
    return slots.run(signal, async () => {
      const connection = await this.#file.open(0);
      const { total } = connection;
      if (total !== undefined) this.folder.onSize(this.name, total);
      const deliver = async (span: Span, bytes: Bytes) => this.sink(span.start, bytes);
      await receive(this.#file, pieces(total), total, deliver, this.#progress, connection);
    });
  }

  /** Chunks that are files of their own, each asked for whole, equal ones once. */
  async #downloadEach(
    missing: FileChunk[],
    address: (sha256: string) => string,
    controller: AbortController,
  ): Promise<void> {
    const { slots, signal } = this.folder;
    const team = new Team(controller);
    for (const part of distinct(missing)) {
      const { sha256 } = part.chunks[0];
      const fetchPart = async () => {
        if (await this.#stored(...part.chunks)) return; // another tab has fetched it meanwhile
        const file = new RemoteFile(address(sha256), this.name, part.bytes, this.folder, this.#file.whole);
        await this.#receive(file, [part], await file.open(0));
      };
      void team.start(slots.run(signal, () => this.#locked(sha256, fetchPart)));
    }
    await team.end();
  }

  /** Chunks that are parts of one file. */
  async #download(missing: FileChunk[], entry: FileEntry, controller: AbortController): Promise<void> {
    const { slots, signal } = this.folder;
    const queue = [...missing];
    const team = new Team(controller);
    let ranges: boolean | undefined;
    for (let chunk = queue.shift(); chunk && !team.failed; chunk = queue.shift()) {
      const first = chunk;
      let answer!: () => void;
      const answered = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const fetchChunk = async () => {
        if (await this.#stored(first)) return; // another tab has fetched it meanwhile
        const connection = await this.#file.open(first.start, first.start + first.bytes);
        ranges = connection.ranged;
        // Without ranges everything is in this one answer.
        const rest = ranges ? [] : queue.splice(0);
        answer();
        if (rest.length === 0) await this.#receive(this.#file, [inPlace(first)], connection);
        else await this.#locked(entry.sha256, () => this.#pass([first, ...rest], connection));
      };
      const task = team.start(slots.run(signal, () => this.#locked(first.sha256, fetchChunk)));
      // Whether the server sends parts shows in its first answer; until then there is one request at a time.
      if (ranges === undefined) await Promise.race([answered, task]);
    }
    await team.end();
  }

  /** All of `chunks` out of one answer that holds the whole file. */
  async #pass(chunks: FileChunk[], connection: Connection): Promise<void> {
    this.folder.onEvent({ type: "no-ranges", file: this.name });
    const missing: Part[] = [];
    for (const chunk of chunks) if (!(await this.#stored(chunk))) missing.push(inPlace(chunk));
    if (missing.length > 0) await this.#receive(this.#file, missing, connection);
    else connection.close();
  }

  /** Fetches and verifies `parts` of `file`; damaged ones once more. */
  async #receive(file: RemoteFile, parts: Part[], connection: Connection): Promise<void> {
    const damaged: Part[] = [];
    const firstTry = async (part: Part, bytes: Bytes) => {
      if (await this.#accept(part, bytes)) return;
      this.#progress(-part.bytes);
      this.folder.onEvent({ type: "damaged", file: this.name, start: part.chunks[0].start, from: "network" });
      damaged.push(part);
    };
    const lastTry = async (part: Part, bytes: Bytes) => {
      if (await this.#accept(part, bytes)) return;
      throw new OdinError(
        "corrupt",
        `${this.name} is not the file that the model's manifest names (its SHA-256 differs). Reload the page; if it ` +
          "stays, the model has to be exported again.",
      );
    };
    await receive(file, parts, endOf(parts), firstTry, this.#progress, connection);
    if (damaged.length > 0) await receive(file, damaged, endOf(damaged), lastTry, this.#progress);
  }

  async #accept({ chunks: [chunk, ...equal] }: Part, bytes: Bytes): Promise<boolean> {
    if ((await sha256Hex(bytes)) !== chunk.sha256) return false;
    await this.folder.shelf.keep(chunk, bytes);
    this.folder.signal.throwIfAborted();
    this.#handOver(bytes, chunk, equal);
    return true;
  }

  /** Hands over a chunk that the store has, and others that are equal to it. */
  async #stored(chunk: FileChunk, ...equal: FileChunk[]): Promise<boolean> {
    const bytes = await this.folder.shelf.take(chunk, this.name);
    if (!bytes) return false;
    this.#progress(bytes.length);
    this.#handOver(bytes, chunk, equal);
    return true;
  }

  /** Bytes that are counted already, and their copies, which are not. */
  #handOver(bytes: Bytes, chunk: FileChunk, equal: FileChunk[]): void {
    for (const { start } of equal) {
      this.#progress(bytes.length);
      this.sink(start, bytes.slice()); // first: who gets the bytes themselves may transfer them
    }
    this.sink(chunk.start, bytes);
  }

  #locked(name: string, task: () => Promise<void>): Promise<void> {
    // Without a store, what another tab fetches cannot be had from there.
    return this.folder.shelf.working ? exclusively(name, this.folder.signal, task) : task();
  }

  readonly #progress = (bytes: number): void => this.folder.onProgress(this.name, bytes);
}

function inPlace(chunk: FileChunk): Part {
  return { start: chunk.start, bytes: chunk.bytes, chunks: [chunk] };
}

/** A part for each hash, as a file of its own. */
function distinct(chunks: FileChunk[]): Part[] {
  const parts = new Map<string, Part>();
  for (const chunk of chunks) {
    const part = parts.get(chunk.sha256);
    if (part) part.chunks.push(chunk);
    else parts.set(chunk.sha256, { start: 0, bytes: chunk.bytes, chunks: [chunk] });
  }
  return [...parts.values()];
}

function endOf(spans: Span[]): number {
  const { start, bytes } = spans.at(-1)!;
  return start + bytes;
}

function* pieces(total: number = Infinity): Generator<Span> {
  for (let start = 0; start < total; start += PIECE_BYTES) {
    yield { start, bytes: Math.min(PIECE_BYTES, total - start) };
  }
}
