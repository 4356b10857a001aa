/** What the model writes: while it grows, and then as a change to take or to discard. */

import { useEffect, useRef } from "preact/hooks";
import { stop } from "../asking";
import { phase } from "../session";
import { Icon } from "../ui/Icon";
import { readingInWords, statsLine } from "../ui/numbers";
import { codeIn } from "./extract";
import { Change, Listing } from "./Listing";
import { again, another, answer, change, changeInWords, discard, draft, problem, program, take } from "./state";

/** The callbacks are called when the answer has gone: the focus needs a place. */
export function Answer({ onTaken, onDiscarded }: { onTaken: () => void; onDiscarded: () => void }) {
  const body = useRef<HTMLDivElement>(null);
  const actions = useRef<HTMLDivElement>(null);
  const growing = draft.value !== undefined;
  const grew = useRef(false);
  useEffect(() => {
    const last = body.current!.lastElementChild;
    if (growing && last) last.scrollTop = last.scrollHeight;
    // Who pressed Stop by keyboard goes on at the buttons that come in its place.
    if (grew.current && !growing && document.activeElement === document.body) {
      actions.current?.querySelector("button")?.focus({ preventScroll: true });
    }
    grew.current = growing;
  });
  return (
    <section class="card proposal" id="answer" aria-labelledby="answer-title" data-growing={growing}>
      <h2 id="answer-title">Proposed change</h2>
      <div class="proposal-body" ref={body}>
        {growing ? <Growing /> : <Finished />}
      </div>
      <div class="proposal-actions" ref={actions}>
        {growing && (
          <button type="button" id="stop" onClick={stop}>
            <Icon name="stop" /> {phase.value === "loading" ? "Cancel" : "Stop"}
          </button>
        )}
        {answer.value?.code !== undefined && (
          <button type="button" id="take" class="primary" onClick={() => (take(), onTaken())}>
            <Icon name="check" /> Take it
          </button>
        )}
        {answer.value && (
          <>
            <button type="button" id="another" onClick={() => void another()}>
              <Icon name="again" /> Try another
            </button>
            <button type="button" id="discard" onClick={() => (discard(), onDiscarded())}>
              <Icon name="bin" /> Discard
            </button>
          </>
        )}
        {problem.value && problem.value.code !== "empty-prompt" && (
          <button type="button" id="again" onClick={() => void again()}>
            <Icon name="again" /> Retry
          </button>
        )}
      </div>
    </section>
  );
}

function Words({ text }: { text: string }) {
  if (text === "") return null;
  return (
    <div class="words" dir="auto" tabIndex={0} role="group" aria-label="What the model says">
      {text}
    </div>
  );
}

function Growing() {
  const { text, reading } = draft.value!;
  const { code, words } = codeIn(text);
  return (
    <>
      {text === "" && (
        <p class="hint">{phase.value === "loading" ? "Waiting for the model …" : readingInWords(reading)}</p>
      )}
      <Words text={words} />
      {code !== undefined && <Listing code={code} label="The program so far" />}
    </>
  );
}

function Finished() {
  if (problem.value) {
    return (
      <p class="error" id="problem" role="alert" data-code={problem.value.code}>
        {problem.value.code === "aborted" ? "Stopped before there was an answer." : problem.value.message}
      </p>
    );
  }
  if (!answer.value) {
    return <p class="hint">What the model writes comes here. Nothing of your program changes until you take it.</p>;
  }
  const { code, words, closed, stats } = answer.value;
  return (
    <>
      <Words text={words} />
      {code === undefined ? (
        <p class="note">There is no program in this answer.</p>
      ) : (
        <>
          <Change rows={change.value!.rows} before={program.value} after={code} />
          <p class="note">
            Change: {changeInWords()}
            {!closed && " The answer was cut: the program may be unfinished."}
          </p>
        </>
      )}
      <p class="stats" id="stats" data-finish={stats.finish}>
        {statsLine(stats)}
      </p>
    </>
  );
}
