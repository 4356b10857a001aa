/** Events that wait in the page's memory until the visitor sends them. */

import { batch, signal } from "@preact/signals";
import type { AnalyticsEvent } from "./events";

/** What comes beyond is not noted: nobody reads through more. */
export const MOST_WAITING = 100;
const PATIENCE_MS = 10_000;

export class Outbox {
  /** Bodies of requests, oldest first, exactly as they would be sent. */
  readonly waiting = signal<readonly string[]>([]);
  readonly sending = signal(false);
  /** How the last sending or throwing away went, for the visitor. */
  readonly said = signal("");
  #stop: AbortController | undefined;

  constructor(
    readonly endpoint: string,
    readonly post: typeof fetch = (...request) => fetch(...request),
  ) {}

  note(event: AnalyticsEvent): void {
    const waiting = this.waiting.peek();
    if (waiting.length < MOST_WAITING) this.waiting.value = [...waiting, JSON.stringify(event, null, 2)];
  }

  /** Forgets everything, what is being sent as far as it has not left. */
  clear(said = ""): void {
    this.#stop?.abort();
    batch(() => {
      this.waiting.value = [];
      this.said.value = said;
    });
  }

  /** Sends what waits now, one after the other; never throws. What could not be sent goes on waiting. */
  async send(): Promise<void> {
    if (this.sending.peek()) return;
    const count = this.waiting.peek().length;
    if (count === 0) {
      this.said.value = "There is nothing to send.";
      return;
    }
    const { signal } = (this.#stop = new AbortController());
    this.sending.value = true;
    this.said.value = "";
    let sent = 0;
    try {
      for (; sent < count; sent++) {
        await this.#send(this.waiting.peek()[0]!, signal);
        // Thrown away meanwhile, the list is not this one any more.
        signal.throwIfAborted();
        this.waiting.value = this.waiting.peek().slice(1);
      }
      this.said.value = `${eventsInWords(sent)} sent. Thank you.`;
    } catch (error) {
      const why = error instanceof Refused ? error.message : "The server could not be reached";
      if (!signal.aborted) this.said.value = `${why}: ${eventsInWords(sent)} sent, the others still wait here.`;
    }
    this.sending.value = false;
  }

  async #send(body: string, stop: AbortSignal): Promise<void> {
    const response = await this.post(this.endpoint, {
      method: "POST",
      body,
      headers: { "content-type": "text/plain" }, // as Plausible's own script, without a question beforehand
      mode: "cors",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MS)]),
    });
    if (!response.ok) throw new Refused(`The server answered ${response.status}`);
  }
}

class Refused extends Error {}

export function eventsInWords(count: number): string {
  return count === 1 ? "1 event" : `${count} events`;
}
