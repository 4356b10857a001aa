/** The maths solver: a question, the steps of its solution, and a check of each calculation in them. */

import { useEffect, useRef } from "preact/hooks";
import { stopOnly } from "../asking";
import { Icon } from "../ui/Icon";
import { onEnter } from "../ui/keys";
import { Options } from "../ui/Options";
import { EXAMPLES } from "./examples";
import { Result } from "./Result";
import { asked, busy, holdBack, oneByOne, problem, question, solve } from "./state";
import "../styles/maths.css";

export function Maths() {
  const box = useRef<HTMLTextAreaElement>(null);
  // The box keeps its text by itself; it is only told when the mode comes back.
  useEffect(() => void (box.current!.value = question.peek()), []);

  const submit = () => {
    if (busy.value) return;
    question.value = box.current!.value;
    // The on-screen keyboard would cover the answer.
    if (matchMedia("(pointer: coarse)").matches) box.current!.blur();
    void solve(question.value);
    if (problem.value) box.current!.focus();
  };
  const take = (example: string) => {
    if (busy.value) return;
    box.current!.value = example;
    submit();
  };

  return (
    <div class="maths">
      <h1>Step by step, each one checked.</h1>
      <p class="lead">
        The model works the problem out in this tab. The page then calculates every step again, exactly, and marks what
        is wrong.
      </p>
      <div class="card">
        <form
          id="form"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <label class="prompt" for="prompt">
            Your question
          </label>
          <textarea
            id="prompt"
            ref={box}
            rows={3}
            dir="auto"
            autocomplete="off"
            placeholder="Type a problem with numbers in it, or take one of these:"
            onInput={({ currentTarget }) => (question.value = currentTarget.value)}
            onKeyDown={onEnter(submit)}
          />
          <div class="chips" id="examples" role="group" aria-label="Examples">
            {EXAMPLES.map(([label, example]) => (
              <button type="button" key={label} title={example} onClick={() => take(example)}>
                {label}
              </button>
            ))}
          </div>
          <div class="controls">
            <label class="tick">
              <input
                id="one-by-one"
                type="checkbox"
                checked={oneByOne.value}
                onChange={({ currentTarget }) => holdBack(currentTarget.checked)}
              />{" "}
              One step at a time
            </label>
            <span class="spacer" />
            {busy.value ? (
              <button type="button" id="stop" class="act" onClick={stopOnly}>
                <Icon name="stop" /> Stop
              </button>
            ) : (
              <button type="submit" id="solve" class="primary act">
                Solve
              </button>
            )}
          </div>
        </form>
        <Options />
      </div>
      {problem.value && (
        <p class="error" role="alert" id="problem" data-code={problem.value.code}>
          {problem.value.message}
        </p>
      )}
      {asked.value && <Result />}
    </div>
  );
}
