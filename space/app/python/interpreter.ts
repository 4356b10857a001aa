/** One interpreter: a hidden frame of an origin of its own, in it a worker, in it Python. It runs one program. */

import type { PythonFiles } from "./download";
import { PythonError } from "./errors";
import frameDocument from "./frame.html?raw";
import type { Boot, Job } from "./protocol";
import { RunRecord, type RunResult } from "./record";

const START_TIMEOUT = 180_000; // a slow device under load takes a minute

/** With the snapshot of an earlier interpreter, if there was one. */
export type StartFiles = PythonFiles & Pick<Boot, "snapshot">;

export interface RunOptions {
  /** Milliseconds for the program with all its tests. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export class Interpreter {
  readonly #isolation: IsolatedWorker;

  private constructor(
    isolation: IsolatedWorker,
    /** For starting others sooner, made where none was given. */
    readonly snapshot: ArrayBuffer | undefined,
  ) {
    this.#isolation = isolation;
  }

  /**
   * Starts Python. Throws a PythonError with code `start` where the browser, a policy or the memory forbids it, or
   * the signal's reason.
   */
  static async start({ worker, ...boot }: StartFiles, signal?: AbortSignal): Promise<Interpreter> {
    const isolation = await IsolatedWorker.start(worker);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let abort = () => {};
    try {
      const made = await new Promise<unknown>((resolve, reject) => {
        const fail = (reason: string) => reject(new PythonError("start", `Python could not be started: ${reason}.`));
        abort = () => reject(signal?.reason);
        if (signal?.aborted) abort();
        signal?.addEventListener("abort", abort);
        timer = setTimeout(() => fail(`it took more than ${START_TIMEOUT / 1000} s`), START_TIMEOUT);
        isolation.onfailure = fail;
        isolation.port.onmessage = ({ data }) => {
          if (data?.kind === "ready") resolve(data.snapshot);
          else if (data?.kind === "broken") fail(String(data.message).slice(0, 500));
        };
        isolation.port.postMessage(boot satisfies Boot);
      });
      return new Interpreter(isolation, made instanceof ArrayBuffer ? made : undefined);
    } catch (error) {
      isolation.kill();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Runs `program`, then `tests`, and ends the interpreter. Never throws: how it went is in the result. */
  execute(program: string, tests: readonly string[], { timeoutMs = 5000, signal }: RunOptions): Promise<RunResult> {
    const record = new RunRecord(tests);
    const isolation = this.#isolation;
    const began = performance.now();
    return new Promise((resolve) => {
      const end = (by: "itself" | "timeout" | "stop") => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
        isolation.kill();
        resolve(record.result(performance.now() - began, by));
      };
      const stop = () => end("stop");
      const timer = setTimeout(() => end("timeout"), timeoutMs);
      isolation.onfailure = (message) => {
        record.take({ kind: "broken", message });
        end("itself");
      };
      isolation.port.onmessage = ({ data }) => {
        if (record.take(data)) end("itself");
      };
      if (signal?.aborted) stop();
      else signal?.addEventListener("abort", stop);
      isolation.port.postMessage({ program, tests: [...tests] } satisfies Job);
    });
  }

  kill(): void {
    this.#isolation.kill();
  }
}

/**
 * A worker that can reach nothing but `port`: no network, no storage, no page.
 *
 * It lives in a sandboxed frame. The frame's origin is opaque, and its Content-Security-Policy, which the worker
 * inherits, refuses every request. The address of frame and worker is what makes that work in all engines, with
 * cross-origin isolation and without: a `srcdoc` frame takes the headers of its page, and no request, so it also works
 * offline; WebKit starts no worker from `blob:` in an isolated page, but it does from `data:`.
 */
export class IsolatedWorker {
  onfailure: (reason: string) => void = () => {};
  readonly port: MessagePort;
  readonly #frame: HTMLIFrameElement;
  readonly #listen = ({ source, data }: MessageEvent): void => {
    if (source !== null && source === this.#frame.contentWindow) this.onfailure(String(data?.failed).slice(0, 500));
  };

  private constructor(frame: HTMLIFrameElement, address: string) {
    const { port1, port2 } = new MessageChannel();
    this.#frame = frame;
    this.port = port1;
    addEventListener("message", this.#listen);
    frame.contentWindow!.postMessage(address, "*", [port2]); // an opaque origin has no name
  }

  /** Starts a worker of this script, a classic one. It gets the other end of `port` with its first message. */
  static async start(script: ArrayBuffer): Promise<IsolatedWorker> {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.srcdoc = frameDocument;
    frame.title = "Python";
    frame.hidden = true;
    const loaded = new Promise((resolve) => (frame.onload = resolve));
    document.body.append(frame);
    const [address] = await Promise.all([dataAddress(script), loaded]);
    return new IsolatedWorker(frame, address);
  }

  /**
   * Ends the worker, whatever it is doing, and the page hears no more of it. In WebKitGTK 2.50 one that computes in
   * WebAssembly, and comes by no JavaScript on its way, keeps its thread until it does or the page is closed.
   */
  kill(): void {
    removeEventListener("message", this.#listen);
    this.port.close();
    this.#frame.remove();
  }
}

function dataAddress(script: ArrayBuffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(new PythonError("start", "Python could not be started: its program was not read."));
    reader.readAsDataURL(new Blob([script], { type: "text/javascript" }));
  });
}
