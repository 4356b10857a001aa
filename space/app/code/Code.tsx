/** Code: write a function, complete a program, fill a hole, and run the tests. */

import type { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";
import { card, loadCard } from "../about/card";
import { Icon } from "../ui/Icon";
import { percent } from "../ui/numbers";
import { Options } from "../ui/Options";
import { onEnter } from "../ui/keys";
import { Answer } from "./Answer";
import { Editor } from "./Editor";
import { EXAMPLES } from "./examples";
import { dig } from "./hole";
import { TIMEOUT_MS } from "./run";
import { announcement, instruction, program, request, show, task } from "./state";
import { Tests } from "./Tests";
import "../styles/code.css";

export function Code() {
  const view = useRef<EditorView | null>(null);
  const button = { complete: "Complete the program", fill: "Fill the hole" }[task.value];
  // Not into the editor: on a phone that would open the keyboard.
  const focus = (id: string) => document.getElementById(id)?.focus({ preventScroll: true });
  const makeHole = () => {
    const editor = view.current!;
    const { from, to } = editor.state.selection.main;
    const edit = dig(editor.state.doc.toString(), from, to);
    editor.dispatch({ changes: edit, selection: { anchor: edit.from, head: edit.from + edit.insert.length } });
    editor.focus();
  };
  return (
    <div class="code-mode">
      <h1>Small Python functions, written and tested here.</h1>
      <p class="lead">
        Say what a small Python function should do, begin one, or leave a hole in one. The model proposes the code, and
        the page runs your tests on it.
      </p>
      <div class="chips" id="examples" role="group" aria-label="Examples">
        {EXAMPLES.map((example) => (
          <button type="button" key={example.label} onClick={() => void show(example)}>
            {example.label}
          </button>
        ))}
      </div>
      <div class="workbench">
        <section class="card program-card" aria-label="Program">
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void request("write");
            }}
          >
            <label class="label" for="instruction">
              What should the function do?
            </label>
            <div class="instruction">
              <textarea
                id="instruction"
                class="code-field words-field"
                rows={2}
                dir="auto"
                autocomplete="off"
                placeholder="Return the sum of the whole numbers from first to last."
                value={instruction.value}
                onInput={({ currentTarget }) => (instruction.value = currentTarget.value)}
                onKeyDown={onEnter(() => void request("write"))}
              />
              <button type="submit" id="write">
                <Icon name="send" /> Write it
              </button>
            </div>
          </form>
          <p class="label" aria-hidden="true">
            Program
          </p>
          <Editor
            id="program"
            text={program}
            label="Program, in Python"
            hint="def …"
            onSubmit={() => void request(task.value)}
            view={view}
          />
          <div class="controls">
            <button
              type="button"
              id="complete"
              class="primary"
              data-task={task.value}
              onClick={() => void request(task.value)}
            >
              {button}
            </button>
            <button type="button" id="hole" onClick={makeHole}>
              Put a hole here
            </button>
          </div>
          <p class="hint">
            Ctrl+Enter (⌘ Enter) completes or fills. Ctrl+] indents; Tab leaves the editor. A hole is ____ for an
            expression, or a # TODO line for whole lines.
          </p>
          <Options />
        </section>
        <Answer onTaken={() => focus("run")} onDiscarded={() => focus("complete")} />
        <Tests />
      </div>
      <p class="visually-hidden" role="status" id="announce">
        {announcement.value}
      </p>
      <Expectations />
    </div>
  );
}

/** What to expect of the model, with the numbers of its own card. */
function Expectations() {
  useEffect(() => void loadCard(), []);
  const known = card.value && card.value !== "missing" ? card.value : undefined;
  const trained = known?.families?.find(({ name }) => name === "python");
  const foreign = known?.suites?.find(({ name }) => name === "mbpp");
  return (
    <section class="expectations">
      <h2>What to expect</h2>
      <p>
        The examples are exercises of kinds that the model was trained on: one small step on numbers, texts or lists,
        in the words of its training. The last one is beyond it. Other requests mostly fail, so run tests on what it
        writes. It was trained to leave docstrings out; yours are kept. Programs run in a closed worker without
        network, and are stopped after {TIMEOUT_MS / 1000} s.
      </p>
      {trained && foreign && (
        <p id="scores">
          Measured: it solves {percent(trained.score)} of held-out exercises of its own kinds, and{" "}
          {percent(foreign.score)}
          of MBPP, tasks that people wrote for beginners.
        </p>
      )}
    </section>
  );
}
