/** Turns tokens into text as they come. Pure, so that it can be tested without a model. */

/**
 * A byte-level tokenizer may spread one character over several tokens, and a decoder shows U+FFFD for the part that it
 * has. So text is held back where it ends that way; all pieces together are the decoded whole.
 */
export class TokenStream {
  #pending: number[] = [];

  constructor(readonly decode: (tokens: number[]) => string) {}

  /** Whether text of the last tokens is held back. */
  get unfinished(): boolean {
    return this.#pending.length > 0;
  }

  /** The text that `token` completed, possibly empty. */
  push(token: number): string {
    this.#pending.push(token);
    const text = this.decode(this.#pending);
    if (!text.endsWith("\uFFFD")) return this.end();
    for (let held = 1; held < this.#pending.length; held++) {
      const [head, tail] = [this.#pending.slice(0, -held), this.#pending.slice(-held)];
      const before = this.decode(head);
      // Apart, the parts of one character would be a U+FFFD each.
      if (before + this.decode(tail) !== text) continue;
      this.#pending = tail;
      return before;
    }
    return "";
  }

  /** Whatever is still held back. */
  end(): string {
    const text = this.#pending.length > 0 ? this.decode(this.#pending) : "";
    this.#pending = [];
    return text;
  }
}
