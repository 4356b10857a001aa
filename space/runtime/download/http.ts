/** One file on a server: connections to it, and what their failures mean. */

import { OdinError } from "../errors";
import { within } from "../timeout";
import type { DownloadEvent } from "./events";
import { formatBytes } from "./format";
import type { Bytes } from "./hash";
import { linkedController, sleep } from "./tasks";

/** How a file is fetched. */
export interface Link {
  fetch: typeof fetch;
  signal: AbortSignal;
  /** Milliseconds before each further try; there are as many as this has entries. */
  delays: readonly number[];
  /** A connection that is silent for as many milliseconds counts as broken. */
  stallMs: number;
  onEvent(event: DownloadEvent): void;
  /** Called with the number of bytes that came over the network. */
  onReceived(bytes: number): void;
}

/** A failure after which another try may succeed. */
export class Dropped extends Error {
  constructor(
    message: string,
    /** The status that the server answered, if it did. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** The file is not there, which is no error for an optional one. */
export class MissingFile extends OdinError {}

/** Tries left; {@link reset} after a success. */
export class Retries {
  #used = 0;

  constructor(readonly file: RemoteFile) {}

  reset(): void {
    this.#used = 0;
  }

  /** Waits until the next try is due. Throws what `cause` means to the reader when there is none left. */
  async after(cause: Dropped): Promise<void> {
    const { link, name } = this.file;
    const delayMs = link.delays[this.#used++];
    if (delayMs === undefined) throw this.file.givenUp(cause);
    link.onEvent({ type: "retry", file: name, tries: this.#used, delayMs, reason: cause.message });
    await sleep(delayMs, link.signal);
  }
}

/** What is loaded, for messages; of a file in chunks, the whole. */
interface Whole {
  readonly bytes: number | undefined;
  /** Bytes that have arrived. */
  arrived: number;
}

export class RemoteFile {
  /** False once the server has shown that it cannot send parts of the file. */
  #ranges = true;
  #etag: string | undefined;

  constructor(
    readonly url: string,
    readonly name: string,
    /** Size, where the manifest knows it. */
    readonly bytes: number | undefined,
    readonly link: Link,
    readonly whole: Whole = { bytes, arrived: 0 },
  ) {}

  /** {@link connect}, tried again until the server answers. */
  async open(start: number, end?: number): Promise<Connection> {
    const retries = new Retries(this);
    for (;;) {
      try {
        return await this.connect(start, end);
      } catch (error) {
        if (!(error instanceof Dropped)) throw error;
        await retries.after(error);
      }
    }
  }

  /**
   * Asks for the bytes [start, end) of the file, up to its end when `end` is undefined.
   *
   * @returns a connection that begins at `start`, or at 0 when the server does not send parts.
   * @throws Dropped, MissingFile, OdinError `not-found`, `truncated`, `corrupt`.
   */
  async connect(start: number, end?: number): Promise<Connection> {
    const part = this.#ranges && (start > 0 || (end !== undefined && end !== this.bytes));
    const { controller, release } = linkedController(this.link.signal);
    const close = () => {
      release();
      controller.abort();
    };
    try {
      const response = await this.#request(controller.signal, part, start, end);
      const range = response.status === 206 ? contentRange(response) : undefined;
      const unusable = response.status === 206 && ((range && range.start !== start) || encoded(response));
      if (part && (unusable || response.status === 416)) {
        close();
        this.#ranges = false;
        return await this.connect(start, end);
      }
      this.#check(response);
      const total = range?.total ?? (response.status === 200 ? contentLength(response) : undefined);
      this.#checkSize(total);
      this.#checkVersion(response);
      const ranged = response.status === 206;
      return new Connection(response, ranged, ranged ? start : 0, total, this.link, close);
    } catch (error) {
      close();
      throw error;
    }
  }

  async #request(signal: AbortSignal, part: boolean, start: number, end: number | undefined): Promise<Response> {
    const last = end === undefined ? "" : end - 1;
    const headers: Record<string, string> = part ? { range: `bytes=${start}-${last}` } : {};
    const timedOut = (): never => {
      throw new Dropped(`no answer for ${this.link.stallMs / 1000} s`);
    };
    try {
      // no-store: what is kept is kept here, and the HTTP cache would hold a second copy.
      const answer = this.link.fetch(this.url, { headers, signal, cache: "no-store" });
      return await within(this.link.stallMs, answer, timedOut);
    } catch (error) {
      this.link.signal.throwIfAborted();
      throw error instanceof Dropped ? error : new Dropped("no connection");
    }
  }

  #check(response: Response): void {
    const { status } = response;
    if (status === 200 || status === 206) {
      const type = response.headers.get("content-type") ?? "";
      if (!type.startsWith("text/html") || this.name.endsWith(".html")) return;
      const page = "The server sent a web page instead.";
      throw new OdinError("corrupt", `${this.name} is not there. ${page} Check the model's address: ${this.url}`);
    }
    if (status >= 500 || status === 429 || status === 408) throw new Dropped(`status ${status}`, status);
    const advice = "Check the model's address; a folder without weights has to be exported again.";
    if (status === 404 || status === 410) {
      throw new MissingFile("not-found", `${this.url} is not there (${status}). ${advice}`);
    }
    throw new OdinError("not-found", `${this.url} was refused (status ${status}). ${advice}`);
  }

  #checkSize(total: number | undefined): void {
    if (total === undefined || this.bytes === undefined || total === this.bytes) return;
    if (total < this.bytes) throw this.#truncated(total, this.bytes);
    throw new OdinError(
      "corrupt",
      `${this.name} has ${formatBytes(total)} on the server, where the model's manifest names ` +
        `${formatBytes(this.bytes)}. Reload the page; if it stays, the model has to be exported again.`,
    );
  }

  /** Without hashes nothing else would show that the parts are of two versions. */
  #checkVersion(response: Response): void {
    const etag = response.headers.get("etag")?.replace(/^W\//, "");
    this.#etag ??= etag;
    if (this.bytes !== undefined || etag === undefined || etag === this.#etag) return;
    throw new OdinError("corrupt", `${this.name} was changed while it was being downloaded. Load the model again.`);
  }

  /** What `cause` means when it is the last try. */
  givenUp(cause: Dropped): OdinError {
    if (this.whole.arrived > 0) return this.#truncated(this.whole.arrived, this.whole.bytes);
    if (cause.status) {
      return new OdinError("network", `${this.url} was not delivered (status ${cause.status}). Try again later.`);
    }
    return new OdinError("network", `${this.url} could not be reached. Check the connection and try again.`);
  }

  #truncated(received: number, expected: number | undefined): OdinError {
    const of = expected === undefined ? "" : ` of ${formatBytes(expected)}`;
    return new OdinError(
      "truncated",
      `The download of ${this.name} stopped after ${formatBytes(received)}${of}. Check the connection and try again.`,
    );
  }
}

/** Bytes of a file as they come, from `position` on. */
export class Connection {
  readonly #reader: ReadableStreamDefaultReader<Bytes> | undefined;

  constructor(
    response: Response,
    /** Whether the server sends the part that was asked for, not the whole file. */
    readonly ranged: boolean,
    /** Offset in the file of the first byte of the next {@link read}. */
    public position: number,
    /** Size of the file, as far as the server tells. */
    readonly total: number | undefined,
    readonly link: Link,
    readonly stop: () => void,
  ) {
    this.#reader = response.body?.getReader();
  }

  /** The next bytes; undefined at the end. Throws Dropped when the connection breaks or stalls. */
  async read(): Promise<Bytes | undefined> {
    if (!this.#reader) return undefined;
    const silent = (): never => {
      throw new Dropped(`no data for ${this.link.stallMs / 1000} s`);
    };
    try {
      const { value } = await within(this.link.stallMs, this.#reader.read(), silent);
      if (value) this.link.onReceived(value.length);
      return value;
    } catch (error) {
      this.link.signal.throwIfAborted();
      throw error instanceof Dropped ? error : new Dropped("the connection broke");
    }
  }

  close(): void {
    this.stop();
    this.#reader?.cancel().catch(() => {}); // it may be broken already
  }
}

/** Start and total of a `Content-Range`, which other origins may hide. */
function contentRange(response: Response): { start: number; total: number | undefined } | undefined {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  return range ? { start: Number(range[1]), total: range[2] === "*" ? undefined : Number(range[2]) } : undefined;
}

function encoded(response: Response): boolean {
  return (response.headers.get("content-encoding") ?? "identity") !== "identity";
}

/** The length of a compressed body says nothing about what comes out of it, and other origins hide that it is one. */
function contentLength(response: Response): number | undefined {
  const length = response.headers.get("content-length");
  return length === null || encoded(response) || response.type === "cors" ? undefined : Number(length);
}
