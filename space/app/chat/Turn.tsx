/** A turn of a conversation on the screen. Everything in it is text. */

import { useState } from "preact/hooks";
import { phase } from "../session";
import type { Draft } from "../asking";
import { CopyButton } from "../ui/CopyButton";
import { Icon } from "../ui/Icon";
import { readingInWords, statsLine } from "../ui/numbers";
import { Record } from "../ui/Record";
import { AnswerText } from "./AnswerText";
import { again, another, continuable, goOn } from "./state";
import type { Turn as StoredTurn } from "./store";

/** Of a longer message the beginning is shown first: laying out a book would hold up the page. */
const SHOWN_CHARACTERS = 2000;

export function Turn({ turn, last }: { turn: StoredTurn | Draft; last: boolean }) {
  if (!("role" in turn)) return <Reply text={turn.text} draft={turn} />;
  if (turn.role === "user") return <Question text={turn.content} last={last} />;
  return <Reply text={turn.content} turn={turn} last={last} />;
}

interface ReplyProps {
  text: string;
  /** While it is being written. */
  draft?: Draft;
  turn?: StoredTurn;
  last?: boolean;
}

/** One component before and after the last token: drawing a long answer anew would hold up the page. */
function Reply({ text, draft, turn, last = false }: ReplyProps) {
  const writing = draft !== undefined;
  return (
    <li
      class={writing ? "turn odin writing" : "turn odin"}
      data-role={writing ? "draft" : "assistant"}
      data-finish={turn && (turn.stats?.finish ?? "error")}
      aria-busy={writing}
    >
      {writing && text === "" ? (
        <p class="hint">{waiting(draft.reading)}</p>
      ) : (
        <AnswerText text={text} growing={writing} cut={turn !== undefined && turn.stats?.finish !== "eos"} />
      )}
      {turn && <End turn={turn} last={last} />}
    </li>
  );
}

/** What there is to an answer that has ended. */
function End({ turn: { content, stats, error }, last }: { turn: StoredTurn; last: boolean }) {
  return (
    <>
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <p class="stats">{stats ? statsLine(stats) : ""}</p>
      <div class="actions">
        <CopyButton text={content} label="Copy" />
        {last && error && (
          <button type="button" data-action="again" onClick={() => press(again)}>
            <Icon name="again" /> Retry
          </button>
        )}
        {last && stats && (
          <button type="button" data-action="another" onClick={() => press(another)}>
            <Icon name="again" /> Another answer
          </button>
        )}
        {last && continuable.value && (
          <button type="button" data-action="continue" onClick={() => press(goOn)}>
            <Icon name="play" /> Continue
          </button>
        )}
      </div>
      {stats && <Record stats={stats} />}
    </>
  );
}

/** `last`: nothing follows, because the page was closed before there was an answer. */
function Question({ text, last }: { text: string; last: boolean }) {
  const [all, setAll] = useState(false);
  const long = text.length > SHOWN_CHARACTERS && !all;
  return (
    <li class="turn visitor" data-role="user">
      <p dir="auto">{long ? `${text.slice(0, SHOWN_CHARACTERS)} …` : text}</p>
      {long && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {text.length.toLocaleString("en")} characters
        </button>
      )}
      {last && (
        <div class="actions">
          <button type="button" data-action="again" onClick={() => press(again)}>
            <Icon name="again" /> Ask again
          </button>
        </div>
      )}
    </li>
  );
}

/** The button goes away; who pressed it by keyboard goes on at the one that stops the answer. */
function press(action: () => Promise<void>): void {
  void action();
  requestAnimationFrame(() => document.getElementById("stop")?.focus());
}

function waiting(reading: [number, number] | undefined): string {
  if (phase.value === "loading") return "The model is being loaded …";
  return readingInWords(reading);
}
