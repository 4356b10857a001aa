/** Why Python is not available, with words for the visitor. `download` may work the next time. */
export class PythonError extends Error {
  override readonly name = "PythonError";

  constructor(
    readonly code: "download" | "start",
    message: string,
  ) {
    super(message);
  }
}
