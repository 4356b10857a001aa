/** Python in the page: fetched when it is first wanted, and what the last run came to. */

import { computed, signal } from "@preact/signals";
import files from "virtual:pyodide";
import { mishap } from "../mishap";
import { PythonError, PythonSandbox, type DownloadProgress, type RunResult } from "../python/sandbox";
import { assertions } from "./prompts";
import { announcement, plural, program, proposed, tests } from "./state";

export const TIMEOUT_MS = 5000;
/** Bytes of Python, as they are downloaded. */
export const PYTHON_BYTES = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);

let sandbox: PythonSandbox | undefined;
let stopping: AbortController | undefined;

export const stage = signal<"idle" | "loading" | "running">("idle");
/** Whether Python is here. */
export const loaded = signal(false);
export const progress = signal<DownloadProgress | undefined>(undefined);
export const trouble = signal<PythonError | undefined>(undefined);
export const lastRun = signal<{ program: string; tests: string[]; result: RunResult } | undefined>(undefined);

/** What a run is about: the proposal as long as there is one. */
export const subject = computed(() => proposed.value ?? program.value);
export const toRun = computed(() => assertions(tests.value));
/** Whether something has changed since the last run. */
export const outdated = computed(() => {
  const last = lastRun.value;
  if (!last) return false;
  return last.program.trimEnd() !== subject.value.trimEnd() || last.tests.join("\n") !== toRun.value.join("\n");
});

export async function run(): Promise<void> {
  if (stage.value !== "idle") return;
  const { signal: stopped } = (stopping = new AbortController());
  trouble.value = undefined;
  lastRun.value = undefined;
  progress.value = undefined;
  announcement.value = "";
  try {
    if (!sandbox) {
      stage.value = "loading";
      sandbox = await PythonSandbox.load({ onProgress: (now) => (progress.value = now), signal: stopped });
      loaded.value = true;
    }
    stage.value = "running";
    const job = { program: subject.value, tests: toRun.value };
    const result = await sandbox.run(job.program, job.tests, { timeoutMs: TIMEOUT_MS, signal: stopped });
    lastRun.value = { ...job, result };
    announcement.value = summary(result);
  } catch (error) {
    if (stopped.aborted) announcement.value = "Stopped.";
    else {
      trouble.value = error instanceof PythonError ? error : new PythonError("start", String(error));
      mishap.value = error;
    }
  }
  stage.value = "idle";
}

/** Ends the download or the run. */
export function stopRun(): void {
  stopping?.abort();
}

/** How a run went, in a sentence. */
export function summary({ error, stopped, tests, timedOut, ms }: RunResult): string {
  const passed = tests.filter(({ outcome }) => outcome === "passed").length;
  const of = `${passed} of ${plural(tests.length, "test")} passed`;
  if (timedOut) return `The program was stopped after ${TIMEOUT_MS / 1000} s${tests.length > 0 ? `; ${of}` : ""}.`;
  if (stopped) return "The run was stopped.";
  if (error) return `The program ended with ${error.type}${error.line === undefined ? "" : ` in line ${error.line}`}.`;
  if (tests.length === 0) return `The program ran to its end in ${Math.round(ms)} ms.`;
  return `${of}, in ${Math.round(ms)} ms.`;
}
