/** What went wrong, for programs. The message says it in words, with what to do. */
export type OdinErrorCode =
  | "no-webassembly" // the browser cannot run the model
  | "not-found" // a file of the model answers 404 or another refusal
  | "network" // a file of the model could not be fetched at all
  | "truncated" // a download ended before the announced length
  | "corrupt" // a file is there but is not what it should be
  | "foreign-model" // the folder holds a model of another kind
  | "incompatible" // the model needs a newer version of this package
  | "bad-option" // a parameter of load() or generate() is out of range
  | "bad-data" // a dataset's descriptor, or a row of it, is not as it should be
  | "aborted" // the caller's signal stopped it
  | "storage" // the browser's storage refuses, is full, or is another tab's
  | "diverged" // training: the loss or its gradient is no number, again and again
  | "bad-record" // a run record is damaged, or of another model than the one that is loaded
  | "device-lost" // the graphics device went away in the middle of an answer
  | "precision" // a graph does not compute in the precision that its file promises
  | "empty-prompt"
  | "prompt-too-long"
  | "engine"; // anything the inference engine reported

/** The one error class of the runtime; it keeps its code when it crosses from the worker to the page. */
export class OdinError extends Error {
  override readonly name = "OdinError";

  constructor(
    readonly code: OdinErrorCode,
    message: string,
  ) {
    super(message);
  }

  /** `error` itself when it is an OdinError, otherwise an `engine` error with the same words. */
  static from(error: unknown, context: string): OdinError {
    if (error instanceof OdinError) return error;
    // WebAssembly aborts may arrive as a bare number, which says nothing to anyone.
    const words = error instanceof Error ? error.message : `internal code ${String(error)}`;
    return new OdinError("engine", `${context}: ${words}`);
  }
}
