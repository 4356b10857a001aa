/** Where examples come from: a lesson that is ready, a file, or text. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { FEWEST_EXAMPLES, MOST_EXAMPLES } from "../../runtime/index";
import { LESSONS } from "./lessons";
import { material, reading, refusal, takeExamples, takeLesson } from "./material";
import { busy } from "./state";

const SAMPLE = '{"question": "What is 6 ⊕ 20?", "answer": "2*6=12\\n12+20=32\\n#### 32"}';

export function Choose() {
  const box = useRef<HTMLTextAreaElement>(null);
  const over = useSignal(false);
  const takeFile = (file: File | undefined) => file && !busy.value && void takeExamples(file);
  return (
    <section class="card" id="choose" aria-labelledby="choose-title" aria-busy={reading.value}>
      <h2 id="choose-title">1. Examples</h2>
      <fieldset disabled={busy.value}>
        <div class="chips" id="lessons" role="group" aria-label="Lessons that are ready">
          {LESSONS.map((lesson) => (
            <button
              type="button"
              key={lesson.name}
              data-lesson={lesson.name}
              aria-pressed={material.value?.title === lesson.label}
              onClick={() => takeLesson(lesson)}
            >
              {lesson.label}
            </button>
          ))}
        </div>
        <div
          class="drop"
          id="drop"
          data-over={over.value}
          onDragOver={(event) => {
            event.preventDefault();
            over.value = !busy.value;
          }}
          onDragLeave={() => (over.value = false)}
          onDrop={(event) => {
            event.preventDefault();
            over.value = false;
            takeFile(event.dataTransfer?.files[0]);
          }}
        >
          <label for="example-file">Or examples of your own: choose a file, or drop one here</label>
          <input
            id="example-file"
            type="file"
            accept=".jsonl,.json,.csv,.parquet"
            aria-describedby="example-hint"
            onChange={({ currentTarget }) => {
              takeFile(currentTarget.files?.[0]);
              currentTarget.value = ""; // the same file, corrected, may be chosen again
            }}
          />
          <p class="hint" id="example-hint">
            JSONL, CSV or Parquet with the columns question and answer; {FEWEST_EXAMPLES} to {MOST_EXAMPLES} examples.
            Answers that show their steps are learned best.
          </p>
        </div>
        <details class="paste">
          <summary>Or paste them as text</summary>
          <label class="label" for="example-text">
            JSONL or CSV
          </label>
          <textarea id="example-text" ref={box} rows={5} dir="auto" spellcheck={false} placeholder={SAMPLE} />
          <button type="button" id="read-text" onClick={() => void takeExamples(box.current!.value)}>
            Read these examples
          </button>
        </details>
      </fieldset>
      {refusal.value && (
        <p class="error" role="alert" id="refusal" data-code={refusal.value.code}>
          {refusal.value.message}
        </p>
      )}
    </section>
  );
}
