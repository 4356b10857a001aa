/** The worker: a `Host` behind messages. */

import type { Reply, Request } from "./protocol";

// In a chunk of its own: chunks that are loaded later would import from this script, which WebKit then runs again.
const { Host } = await import("./host");
const scope = self as unknown as DedicatedWorkerGlobalScope;
const host = new Host((reply, transfer = []) => scope.postMessage(reply, transfer));
scope.onmessage = ({ data }: MessageEvent<Request>) => host.handle(data);
// Tells the page that this script could be loaded and runs.
scope.postMessage({ type: "started" } satisfies Reply);
