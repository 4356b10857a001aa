/** Downloading a model folder: every way in which that fails has its own words. */

import { OdinError } from "./errors";
import type { Progress } from "./protocol";

/** What a model folder's `manifest.json` says of one file. */
interface ManifestEntry {
  bytes?: number;
  sha256?: string;
}

/** A model folder at `base`, an absolute URL that ends with a slash. Call {@link open} first. */
export class ModelFolder {
  readonly #manifest: Record<string, ManifestEntry>;
  readonly #loaded = new Map<string, number>();
  readonly #totals = new Map<string, number>();

  private constructor(
    readonly base: string,
    manifest: Record<string, ManifestEntry>,
    readonly onProgress: (progress: Progress) => void,
  ) {
    this.#manifest = manifest;
  }

  /** Reads the manifest, if the folder has one: sizes and hashes that the other files are checked against. */
  static async open(base: string, onProgress: (progress: Progress) => void): Promise<ModelFolder> {
    const bare = new ModelFolder(base, {}, () => {});
    const manifest = await bare.json<{ files?: Record<string, ManifestEntry> }>("manifest.json", { optional: true });
    return new ModelFolder(base, manifest?.files ?? {}, onProgress);
  }

  /** Bytes received so far, of all files. */
  get bytes(): number {
    return sum(this.#loaded.values());
  }

  /** Counts `names` into the progress total from the start, where the manifest knows their sizes. */
  expect(names: string[]): void {
    for (const name of names) this.#totals.set(name, this.#manifest[name]?.bytes ?? 0);
  }

  /** A JSON file. Raises as {@link read}, and `corrupt` when it does not parse. */
  json<T>(name: string, options: { optional: true }): Promise<T | undefined>;
  json<T>(name: string): Promise<T>;
  async json<T>(name: string, options: { optional?: boolean } = {}): Promise<T | undefined> {
    const text = await this.text(name, options);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as T;
    } catch {
      const page = text.trimStart().startsWith("<") ? " The server sent a web page instead." : "";
      throw new OdinError("corrupt", `${name} is not JSON.${page} Check the model's address: ${this.base}`);
    }
  }

  /** A UTF-8 file; undefined when it is optional and not there. */
  async text(name: string, options: { optional?: boolean } = {}): Promise<string | undefined> {
    const bytes = await this.read(name, options);
    return bytes && new TextDecoder().decode(bytes);
  }

  /**
   * The bytes of a file, complete and as the manifest has them.
   *
   * @throws OdinError `not-found`, `network`, `truncated`, `corrupt`.
   */
  read(name: string): Promise<Uint8Array>;
  read(name: string, options: { optional?: boolean }): Promise<Uint8Array | undefined>;
  async read(name: string, { optional = false } = {}): Promise<Uint8Array | undefined> {
    const url = new URL(name, this.base).href;
    let response: Response;
    try {
      response = await fetch(url);
    } catch {
      throw new OdinError("network", `${url} could not be reached. Check the connection and try again.`);
    }
    if (response.status === 404 && optional) return undefined;
    if (!response.ok) {
      const why = response.status === 404 ? "is not there (404)" : `was refused (status ${response.status})`;
      throw new OdinError(
        "not-found",
        `${url} ${why}. Check the model's address; a folder without weights has to be exported again.`,
      );
    }
    const expected = this.#expectedBytes(name, response);
    const bytes = await this.#body(name, response, expected);
    if (expected !== undefined && bytes.length < expected) throw truncated(name, bytes.length, expected);
    await this.#verify(name, bytes);
    return bytes;
  }

  #expectedBytes(name: string, response: Response): number | undefined {
    const announced = response.headers.get("content-length");
    // The length of a compressed body says nothing about what comes out of it.
    const plain = announced !== null && !response.headers.get("content-encoding");
    return this.#manifest[name]?.bytes ?? (plain ? Number(announced) : undefined);
  }

  async #body(name: string, response: Response, expected: number | undefined): Promise<Uint8Array> {
    if (expected !== undefined) this.#totals.set(name, expected);
    let bytes = new Uint8Array(expected ?? 1 << 16);
    let received = 0;
    const reader = response.body!.getReader();
    for (;;) {
      // A connection that breaks rejects here; what it had delivered tells how far it came.
      const next = await reader.read().catch(() => {
        throw truncated(name, received, expected);
      });
      if (next.done) break;
      if (received + next.value.length > bytes.length) {
        const larger = new Uint8Array(2 * (received + next.value.length));
        larger.set(bytes.subarray(0, received));
        bytes = larger;
      }
      bytes.set(next.value, received);
      received += next.value.length;
      this.#loaded.set(name, received);
      this.onProgress({ loaded: this.bytes, total: Math.max(this.bytes, sum(this.#totals.values())), file: name });
    }
    return bytes.length === received ? bytes : bytes.slice(0, received);
  }

  async #verify(name: string, bytes: Uint8Array): Promise<void> {
    const sha256 = this.#manifest[name]?.sha256;
    // Web Cryptography exists only on secure origins (https and localhost).
    if (sha256 === undefined || !globalThis.crypto?.subtle) return;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (hex !== sha256) {
      throw new OdinError(
        "corrupt",
        `${name} is not the file that the model's manifest names (its SHA-256 differs). Reload the page; if it ` +
          "stays, the model has to be exported again.",
      );
    }
  }
}

function truncated(name: string, received: number, expected: number | undefined): OdinError {
  const of = expected === undefined ? "" : ` of ${formatBytes(expected)}`;
  return new OdinError(
    "truncated",
    `The download of ${name} stopped after ${formatBytes(received)}${of}. Check the connection and try again.`,
  );
}

/** Bytes in words, decimal units. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
