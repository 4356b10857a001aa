/** Starts a model: fetches it in one thread, and runs it in another. */

import { connect, type Connection } from "./connection";
import { OdinError } from "./errors";
import {
  buffersOf,
  type Failure,
  type Learned,
  type ModelFiles,
  type ModelInfo,
  type Reply,
  type Request,
  type StartOptions,
} from "./protocol";

/** What a start begins from. */
interface From {
  /** What was tried before, and is not to be tried again. */
  failed: Failure[];
  files: ModelFiles | undefined;
  learned: Learned | undefined;
}

interface Surroundings {
  url: string | undefined;
  options: StartOptions;
  /** Absolute. */
  ortUrl: string;
  /** Memory with the id of the call to stop, where it can be shared. */
  stop: SharedArrayBuffer | undefined;
  signal: AbortSignal | undefined;
  /** The files are there, and the model is about to be started. */
  onFetched: () => void;
  /** Is told what belongs to a call. */
  onReply: (reply: Extract<Reply, { id?: number }>) => void;
  /** A thread has died. */
  onFailure: (error: OdinError, connection: Connection) => void;
  /** Throws when the model is not wanted any more. */
  check: () => void;
}

/**
 * Fetches the model and starts it, each in a thread of its own; again, another way, when one does not work.
 *
 * @throws OdinError for the person in front of the screen.
 */
export async function launch(
  { failed, files, learned }: From,
  around: Surroundings,
): Promise<{ info: ModelInfo; connection: Connection }> {
  const { url, ortUrl, stop } = around;
  const { onTelemetry, ortUrl: _, onProgress: __, signal: ___, worker: ____, ...options } = around.options;
  const started = performance.now();
  const telemetry = onTelemetry !== undefined;
  for (;;) {
    const fetch: Request = { type: "fetch", url, ortUrl, options, files, learned, failed, telemetry };
    const scout = await open(fetch, files, around);
    // It ends here, and takes along what fetching has left in memory.
    scout.connection.close();
    if (scout.reply.type === "failed") {
      ({ failed, files } = scout.reply);
      continue;
    }
    if (scout.reply.type !== "fetched") throw unexpected(scout.reply);
    const { fetched } = scout.reply;
    around.onFetched();
    const downloadMs = performance.now() - started;
    const start: Request = { type: "start", fetched, ortUrl, debug: options.debug ?? false, telemetry, stop };
    const { reply, connection } = await open(start, fetched.files, around);
    if (reply.type === "ready") {
      return { info: { ...reply.info, downloadMs, loadMs: performance.now() - started }, connection };
    }
    connection.close();
    if (reply.type !== "failed") throw unexpected(reply);
    ({ failed, files } = reply);
  }
}

/** A new thread, and its reply to a request. */
async function open(
  request: Request,
  files: ModelFiles | undefined,
  { options, signal, onReply, onFailure, check }: Surroundings,
): Promise<{ reply: Reply; connection: Connection }> {
  const { onProgress, onTelemetry, worker = true } = options;
  const aborted = () => new OdinError("aborted", "Loading the model was stopped. What was downloaded is kept.");
  if (signal?.aborted) throw aborted();
  let answer = (_: Reply) => {};
  let refuse = (_: OdinError) => {};
  const replied = new Promise<Reply>((resolve, reject) => ([answer, refuse] = [resolve, reject]));
  const connection: Connection = await connect(
    worker,
    (reply) => {
      if (reply.type === "progress") onProgress?.({ loaded: reply.loaded, total: reply.total, file: reply.file });
      else if (reply.type === "telemetry") onTelemetry?.(reply.event);
      else if ("id" in reply) onReply(reply);
      else answer(reply);
    },
    (error) => {
      refuse(error);
      onFailure(error, connection);
    },
  );
  const abort = () => refuse(aborted());
  signal?.addEventListener("abort", abort);
  try {
    if (signal?.aborted) throw aborted();
    connection.send(request, files ? buffersOf(files) : []);
    const reply = await replied;
    check();
    return { reply, connection };
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** The error that a thread reports in place of what was asked for. */
function unexpected(reply: Reply): OdinError {
  return reply.type === "error"
    ? new OdinError(reply.code, reply.message)
    : new OdinError("engine", `The model's worker answered with '${reply.type}'.`);
}
