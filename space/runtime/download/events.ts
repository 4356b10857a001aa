/** What happens while a model folder is loaded, for telemetry and for messages to the reader. */
export type DownloadEvent =
  /** A connection broke, stalled or was refused for now; it is tried again after `delayMs`. */
  | { type: "retry"; file: string; tries: number; delayMs: number; reason: string }
  /** A chunk was not what the manifest names; it was thrown away and is fetched (again). */
  | { type: "damaged"; file: string; start: number; from: "store" | "network" }
  /** The server sends whole files only: chunks come one after another. */
  | { type: "no-ranges"; file: string }
  /** The folder cannot be reached: the stored version is used. */
  | { type: "offline"; base: string; reason: string }
  /** What the folder has now needs a newer odin-llm: the stored version is used. */
  | { type: "incompatible"; base: string; reason: string }
  /** Another model was deleted from the store to make room. */
  | { type: "evicted"; base: string; bytes: number }
  /** From here on nothing is stored. */
  | { type: "not-stored"; reason: string };
