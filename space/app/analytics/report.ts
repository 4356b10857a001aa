/**
 * What is told of an error. An error's own words may hold what the visitor typed or the model wrote, in any disguise,
 * so they are never passed on: a report is made of words that stand in this file, picked by the error's code and kind.
 */

import { DTYPE_SUFFIX, OdinError, type OdinErrorCode } from "../../runtime/index";
import { PythonError } from "../python/errors";

export interface Report {
  code: OdinErrorCode | "python" | "unknown";
  /** Own scripts with line and column, innermost first. */
  place: string;
  message: string;
}

const REDACTED = "[redacted]";
const NOWHERE = "not in a script of this page";
const MOST_FRAMES = 3;

const MEANINGS: Readonly<Record<OdinErrorCode, string>> = {
  "no-webassembly": "The browser cannot run the model",
  "not-found": "A file of the model is not there",
  network: "A file of the model could not be fetched",
  truncated: "A download ended early",
  corrupt: "A file of the model is not what it should be",
  "foreign-model": "The folder holds a model of another kind",
  incompatible: "The model needs another version of the runtime",
  "bad-option": "An option is out of range",
  "bad-data": "A dataset is not as it should be",
  aborted: "Stopped",
  "bad-record": "A record is damaged, or of another model",
  "device-lost": "The graphics device went away",
  precision: "A graph computes in another precision than its file promises",
  "empty-prompt": "There was no question",
  "prompt-too-long": "The question was too long",
  storage: "The browser keeps nothing, or has no room",
  diverged: "A training came to no numbers",
  engine: "The inference engine failed",
};
/** Of these codes the words may name a file and a status; what is no model's file and no status is left out. */
const OF_FILES: ReadonlySet<OdinErrorCode> = new Set<OdinErrorCode>(["not-found", "network", "truncated", "corrupt"]);
const FILES = [
  ...["manifest", "config", "generation_config", "tokenizer", "tokenizer_config"].map((name) => `${name}.json`),
  ...Object.values(DTYPE_SUFFIX).map((suffix) => `onnx/model${suffix}.onnx`),
];
const STATUS = /(?:\bstatus |\()([45]\d\d)\)/;
/** What browsers call errors of their own. Another name may be anything. */
const KINDS: ReadonlySet<string> = new Set([
  ...["Error", "TypeError", "RangeError", "ReferenceError", "SyntaxError", "EvalError", "URIError", "AggregateError"],
  ...["InternalError", "CompileError", "LinkError", "RuntimeError", "SecurityError", "NetworkError", "DataCloneError"],
  ...["AbortError", "TimeoutError", "QuotaExceededError", "InvalidStateError", "NotFoundError", "NotSupportedError"],
  ...["NotAllowedError", "NotReadableError", "OperationError", "UnknownError", "VersionError", "ConstraintError"],
]);

/** @param scripts addresses of the scripts that the page has loaded, by what a place calls them. */
export function reportOf(error: unknown, scripts: ReadonlyMap<string, string>): Report {
  // An error that the runtime did not foresee is wrapped on its way to the visitor.
  const origin = error instanceof OdinError && error.cause !== undefined ? error.cause : error;
  const place = placeOf(origin, scripts);
  if (origin instanceof OdinError && Object.hasOwn(MEANINGS, origin.code)) {
    return { code: origin.code, place, message: `${MEANINGS[origin.code]}${particulars(origin)}. ${REDACTED}` };
  }
  if (origin instanceof PythonError) {
    const stage = origin.code === "download" ? "downloaded" : "started";
    return { code: "python", place, message: `Python could not be ${stage}. ${REDACTED}` };
  }
  return { code: "unknown", place, message: `${kindOf(origin)}: ${REDACTED}` };
}

function particulars({ code, message }: OdinError): string {
  if (!OF_FILES.has(code)) return "";
  // The longest first, as `config.json` is the end of others.
  const file = FILES.toSorted((a, b) => b.length - a.length).find((name) => message.includes(name));
  const status = STATUS.exec(message)?.[1];
  const known = [...(file ? [file] : []), ...(status ? [`status ${status}`] : [])];
  return known.length > 0 ? `: ${known.join(", ")}` : "";
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "no error object";
  return KINDS.has(error.name) ? error.name : "Error";
}

/** Chromium's `at f (address:1:2)`, and `f@address:1:2` of the others. */
const FRAME = /(?:^|[\s(@])(https?:\/\/[^\s()@]+):(\d{1,7}):(\d{1,7})\)?$/;

function placeOf(error: unknown, scripts: ReadonlyMap<string, string>): string {
  if (!(error instanceof Error) || typeof error.stack !== "string") return NOWHERE;
  const frames: string[] = [];
  // Chromium begins with the message, which may look like frames.
  for (const line of error.stack.replace(error.message, () => "").split("\n")) {
    const [, address = "", row, column] = FRAME.exec(line) ?? [];
    const script = scripts.get(address.replace(/[?#].*$/, ""));
    if (script !== undefined && frames.length < MOST_FRAMES) frames.push(`${script}:${row}:${column}`);
  }
  return frames.length > 0 ? frames.join(" < ") : NOWHERE;
}
