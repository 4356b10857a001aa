/** The worker: one model, one answer at a time; everything it says is a `Reply`. */

import { Engine } from "./engine";
import { OdinError } from "./errors";
import type { Reply, Request } from "./protocol";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const say = (reply: Reply) => scope.postMessage(reply);
const running = new Map<number, AbortController>();
let engine: Engine | undefined;

scope.onmessage = ({ data }: MessageEvent<Request>) => {
  if (data.type === "stop") return running.get(data.id)?.abort();
  const work = data.type === "load" ? load(data) : generate(data);
  work.catch((error: unknown) => {
    const { code, message } = OdinError.from(error, "The model's worker failed");
    say({ type: "error", code, message, ...("id" in data ? { id: data.id } : {}) });
  });
};

async function load({ url, ortUrl, options }: Extract<Request, { type: "load" }>): Promise<void> {
  engine = await Engine.load(url, ortUrl, options, (progress) => say({ type: "progress", ...progress }));
  say({ type: "loaded", info: engine.info });
}

async function generate({ id, prompt, options }: Extract<Request, { type: "generate" }>): Promise<void> {
  if (!engine) throw new OdinError("engine", "The model is not loaded yet.");
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const stats = await engine.generate(
      prompt,
      options,
      controller.signal,
      (chunk) => say({ type: "chunk", id, ...chunk }),
      (done, total) => say({ type: "prefill", id, done, total }),
    );
    say({ type: "done", id, stats });
  } finally {
    running.delete(id);
  }
}
