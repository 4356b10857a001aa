/** The thread that a model lives in: a worker, so that the page stays smooth, or where that cannot be, this one. */

import { OdinError } from "./errors";
import type { Reply, Request } from "./protocol";

export interface Connection {
  send: (request: Request, transfer?: Transferable[]) => void;
  close: () => void;
}

/**
 * @param inWorker whether a worker is wanted; where there is none, or it does not start, this thread is taken.
 * @param onReply is handed every reply, `connect` having returned before.
 * @param onFailure the worker has died.
 */
export async function connect(
  inWorker: boolean,
  onReply: (reply: Reply) => void,
  onFailure: (error: OdinError) => void,
): Promise<Connection> {
  const worker = inWorker ? await startWorker() : undefined;
  if (worker) {
    worker.onmessage = ({ data }: MessageEvent<Reply>) => onReply(data);
    worker.onerror = (event) => onFailure(new OdinError("engine", `The model's worker failed: ${event.message}.`));
    worker.onmessageerror = () => onFailure(new OdinError("engine", "A message of the model's worker was lost."));
    return {
      send: (request, transfer = []) => worker.postMessage(request, transfer),
      close: () => worker.terminate(),
    };
  }
  const { Host } = await import("./host").catch(scriptMissing);
  let open = true;
  // Replies come later here as well, so that callers see one order of things.
  const host = new Host((reply) => queueMicrotask(() => open && onReply(reply)));
  const close = () => {
    open = false;
    host.close();
  };
  // A caller may go on to change what it has sent, as a conversation; model files are not copied.
  const send = (request: Request) => host.handle(request.type === "generate" ? structuredClone(request) : request);
  return { send, close };
}

/** For what `import()` throws. */
export function scriptMissing(error: unknown): never {
  throw new OdinError(
    "network",
    `A script of the runtime could not be fetched (${String(error)}). Check the connection, and that all files of ` +
      "the package lie beside one another, and reload the page.",
  );
}

/** A worker whose script runs; undefined when this browser has no module workers, or does not let it start. */
async function startWorker(): Promise<Worker | undefined> {
  if (typeof Worker === "undefined") return undefined;
  try {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "odin" });
    const started = await new Promise<boolean>((resolve) => {
      worker.onmessage = () => resolve(true);
      worker.onerror = () => resolve(false);
    });
    if (started) return worker;
    worker.terminate();
  } catch {
    // A policy of the page may forbid workers.
  }
  return undefined;
}
