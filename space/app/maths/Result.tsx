/** The solution: its steps, the answer, and what the page's checks came to. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { CopyButton } from "../ui/CopyButton";
import { Icon } from "../ui/Icon";
import { readingInWords, statsLine } from "../ui/numbers";
import { Record } from "../ui/Record";
import { spoken, Steps } from "./Steps";
import { complete, finished, oneByOne, revealed, shown, solution, solve, whole, type Solution } from "./state";
import { summarise, summaryLine } from "./summary";
import { trialLine, tryAnswer } from "./trial";

/** Of a longer question the beginning is shown: laying out a book would hold up the page. */
const SHOWN_CHARACTERS = 300;
/** Screen readers are told of finished steps no more often than this. */
const SPOKEN_MS = 1000;

export function Result() {
  const now = solution.value!;
  const { question, text, blocks, state, reading, stats, error } = now;
  const seen = blocks.slice(0, shown.value);
  const answer = seen.findLast((block) => block.kind === "answer");
  const long = question.length > SHOWN_CHARACTERS;
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    // The button that had the focus is gone.
    if (complete.value && oneByOne.peek() && document.activeElement === document.body) section.current?.focus();
  }, [complete.value]);
  return (
    <section
      class="card result"
      id="result"
      ref={section}
      tabIndex={-1}
      aria-label="Solution"
      data-finish={error ? "error" : stats?.finish}
    >
      <p class="question" dir="auto">
        {long ? `${question.slice(0, SHOWN_CHARACTERS)} …` : question}
      </p>
      {text === "" && state !== "done" && <p class="hint">{readingInWords(reading)}</p>}
      <Steps
        blocks={seen}
        whole={whole.value}
        finished={finished.value}
        writing={state === "writing" && !oneByOne.value}
      />
      {answer && (
        <p class="answer" id="answer">
          <span class="label">Answer</span> <strong dir="auto">{answer.text}</strong>
        </p>
      )}
      {oneByOne.value && !complete.value && <Reveal key={now.number} />}
      {complete.value && <Checks solution={now} />}
      {error && <Failed solution={now} />}
      {state === "done" && (
        <>
          {stats && <p class="stats">{statsLine(stats)}</p>}
          <div class="actions">
            {text !== "" && <CopyButton text={text} label="Copy" />}
            {stats?.finish === "eos" ? (
              <button type="button" data-action="another" onClick={() => void solve(question, true)}>
                <Icon name="again" /> Another answer
              </button>
            ) : (
              <button type="button" data-action="again" onClick={() => void solve(question)}>
                <Icon name="again" /> Retry
              </button>
            )}
          </div>
          {stats && <Record stats={stats} />}
        </>
      )}
      <Announcer />
    </section>
  );
}

function Failed({ solution: { error } }: { solution: Solution }) {
  if (error?.code === "aborted") return <p class="hint">Stopped before the model was there.</p>;
  return (
    <p class="error" role="alert" data-code={error?.code}>
      {error?.message}
    </p>
  );
}

/** The button that shows one more step. */
function Reveal() {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  const next = solution.value!.blocks[shown.value];
  const ready = shown.value < finished.value;
  const more = next?.kind === "answer" ? "Show the answer" : `Show step ${shown.value + 1}`;
  return (
    <p class="reveal">
      <button
        type="button"
        id="reveal"
        class="primary"
        ref={button}
        aria-disabled={!ready}
        onClick={() => ready && revealed.value++}
      >
        {ready ? more : "Working it out …"}
      </button>{" "}
      <button type="button" id="reveal-all" onClick={() => (revealed.value = Infinity)}>
        Show all
      </button>
    </p>
  );
}

/** What the page found out about the arithmetic, and about the answer put back into the question. */
function Checks({ solution: { question, text, stats } }: { solution: Solution }) {
  const { summary, line, trials } = useMemo(() => {
    const cut = stats?.finish !== "eos";
    const summary = summarise(text, cut);
    return { summary, line: summaryLine(summary), trials: cut ? [] : tryAnswer(question, text) };
  }, [question, text, stats]);
  if (line === "" && trials.length === 0) return null;
  const failed = summary.wrong.length > 0 || summary.answerFollows === false || trials.some(({ holds }) => !holds);
  const passed = !failed && summary.right + trials.length > 0;
  return (
    <div class="checks" id="summary" data-verdict={failed ? "wrong" : passed ? "right" : "unchecked"}>
      <p>
        {(failed || passed) && <Icon name={failed ? "cross" : "check"} />} {line}
      </p>
      {trials.map((trial) => (
        <p key={trial.equation} data-trial={trial.holds ? "holds" : "fails"}>
          <Icon name={trial.holds ? "check" : "cross"} /> {trialLine(trial)}
        </p>
      ))}
      <p class="hint">The page checks the arithmetic, not the reasoning.</p>
    </div>
  );
}

/** Tells screen readers of finished steps, politely and not of each token. */
function Announcer() {
  const told = useRef(0);
  const [words, setWords] = useState("");
  const blocks = solution.value!.blocks.slice(0, Math.min(shown.value, finished.value));
  const over = complete.value;
  if (blocks.length < told.current) told.current = 0;
  useEffect(() => {
    if (blocks.length === told.current && !over) return;
    const timer = setTimeout(
      () => {
        const news = blocks.map((block, i) => spoken(block, i < whole.peek())).slice(told.current);
        told.current = blocks.length;
        const { text, stats } = solution.peek()!;
        if (over) news.push(summaryLine(summarise(text, stats?.finish !== "eos")));
        setWords(news.map((words) => (/[.!?]$/.test(words) ? words : `${words}.`)).join(" "));
      },
      over || oneByOne.value ? 0 : SPOKEN_MS,
    );
    return () => clearTimeout(timer);
  }, [blocks.length, over]);
  return (
    <p class="visually-hidden" role="status" id="announce">
      {words}
    </p>
  );
}
