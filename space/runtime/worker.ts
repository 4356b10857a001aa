/** The worker: a `Host` behind messages. */

import { Host } from "./host";
import type { Reply, Request } from "./protocol";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const host = new Host((reply, transfer = []) => scope.postMessage(reply, transfer));
scope.onmessage = ({ data }: MessageEvent<Request>) => host.handle(data);
// Tells the page that this script could be loaded and runs.
scope.postMessage({ type: "started" } satisfies Reply);
