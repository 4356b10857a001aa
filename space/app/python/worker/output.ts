/** A program's output on its way to the page: at once while it is little, in blocks when it is much, never endless. */

import { OUTPUT_LIMIT } from "../protocol";

const AT_ONCE = 200; // messages
const BLOCK = 4096; // characters

/** `send` gets text as it is written, OUTPUT_LIMIT bytes of it in all and then a note that more was left out. */
export function capped(send: (text: string) => void): { write(bytes: Uint8Array): void; flush(): void } {
  const decoder = new TextDecoder();
  let left = OUTPUT_LIMIT;
  let sent = 0;
  let waiting = "";
  const flush = () => {
    if (!waiting) return;
    send(waiting);
    waiting = "";
    sent++;
  };
  return {
    write(bytes) {
      if (left < 0) return;
      waiting += decoder.decode(bytes.subarray(0, left), { stream: true });
      left -= bytes.length;
      if (left < 0) waiting += `\n[The output was cut after ${OUTPUT_LIMIT / 1024} kB.]\n`;
      if (sent < AT_ONCE || waiting.length >= BLOCK || left < 0) flush();
    },
    flush,
  };
}
