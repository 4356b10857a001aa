/** Filling pieces of a file with its bytes, over as many connections as it takes. */

import type { Bytes } from "./hash";
import { type Connection, Dropped, type RemoteFile, Retries } from "./http";
import type { Span } from "./manifest";

// A connection that brought this much was a good one: the next break starts counting tries afresh.
const PROGRESS = 64 << 10;

/**
 * Receives `spans`, ascending and apart from each other, and hands each over as soon as it is complete, in an
 * ArrayBuffer of its own. After a break it goes on at the byte where that happened. A server that does not send parts
 * is read from the start up to the end of the last span.
 *
 * @param end of the last span; undefined when the file's length is not known: the last piece is then as long as what
 *   is left.
 * @param deliver is waited for, so that a slow store slows the network down.
 * @param connection one that is open already, at or before the first span.
 * @throws OdinError `network`, `truncated` and those of {@link RemoteFile.connect}.
 */
export async function receive<S extends Span>(
  file: RemoteFile,
  spans: Iterable<S>,
  end: number | undefined,
  deliver: (span: S, bytes: Bytes) => Promise<void>,
  onProgress: (bytes: number) => void,
  connection?: Connection,
): Promise<void> {
  const retries = new Retries(file);
  const queue = spans[Symbol.iterator]();
  const next = (): S | undefined => queue.next().value as S | undefined;
  let span = next();
  let bytes: Bytes | undefined;
  let filled = 0;
  let fresh = 0;
  try {
    while (span) {
      let piece: Bytes | undefined;
      try {
        connection ??= await file.connect(span.start + filled, end);
        piece = await connection.read();
        // Some browsers end a broken body as if it were complete.
        if (!piece && end !== undefined) throw new Dropped("the connection ended early");
      } catch (error) {
        if (!(error instanceof Dropped)) throw error;
        connection?.close();
        connection = undefined;
        await retries.after(error);
        continue;
      }
      if (!piece) {
        if (bytes) await deliver({ ...span, bytes: filled }, bytes.slice(0, filled));
        return;
      }
      for (let at = 0; span && at < piece.length; ) {
        const ahead = span.start + filled - (connection.position + at);
        if (ahead > 0) {
          at += ahead;
          continue;
        }
        bytes ??= new Uint8Array(span.bytes);
        const part = piece.subarray(at, at + span.bytes - filled);
        bytes.set(part, filled);
        filled += part.length;
        fresh += part.length;
        at += part.length;
        file.whole.arrived += part.length;
        onProgress(part.length);
        if (filled < span.bytes) continue;
        await deliver(span, bytes);
        [span, bytes, filled] = [next(), undefined, 0];
      }
      connection.position += piece.length;
      if (fresh >= PROGRESS) {
        fresh = 0;
        retries.reset();
      }
    }
  } finally {
    connection?.close();
  }
}
