/** Turns tokens into text as they come. Pure, so that it can be tested without a model. */

/**
 * A byte-level tokenizer may spread one character over several tokens, and a decoder shows U+FFFD for the part that it
 * has. So text is held back while it ends that way; all pieces together are the decoded whole.
 */
export class TokenStream {
  #pending: number[] = [];

  constructor(readonly decode: (tokens: number[]) => string) {}

  /** The text that `token` completed, possibly empty. */
  push(token: number): string {
    this.#pending.push(token);
    // A character has four bytes at most: what is not whole by then never will be.
    if (this.decode(this.#pending).endsWith("\uFFFD") && this.#pending.length < 4) return "";
    return this.end();
  }

  /** Whatever is still held back. */
  end(): string {
    const text = this.#pending.length > 0 ? this.decode(this.#pending) : "";
    this.#pending = [];
    return text;
  }
}
