/** What is measured of a model, and what the page and the reference's worker say to each other. */

/** An answer's times in milliseconds; `steps` are the tokens after the first, which `decodeMs` is the time of. */
export interface Timing {
  prefillMs: number;
  decodeMs: number;
  steps: number;
}

/** A model in a thread of its own that can be timed. */
export interface Runner {
  /** Ids of tokens are below it. */
  readonly vocabSize: number;
  /** Reads a prompt from the start, and writes `decodeTokens` tokens after it. Rejects once it is disposed of. */
  run: (tokens: number[], decodeTokens: number) => Promise<Timing>;
  dispose: () => void;
}

export type ReferenceRequest =
  | { type: "load"; url: string; ortUrl: string; threads: number }
  | { type: "run"; tokens: number[]; decodeTokens: number };

export type ReferenceReply =
  { type: "ready"; vocabSize: number } | { type: "timing"; timing: Timing } | { type: "error"; message: string };
