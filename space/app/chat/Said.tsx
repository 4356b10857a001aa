/** A turn of a conversation on the screen. Everything in it is text. */

import { useState } from "preact/hooks";
import { phase } from "../session";
import { AnswerText } from "./AnswerText";
import { CopyButton } from "../ui/CopyButton";
import { Icon } from "../ui/Icon";
import { statsLine } from "../ui/numbers";
import { Record } from "../ui/Record";
import { again, another, continuable, draft, goOn } from "./state";
import type { Turn } from "./store";

/** Of a longer message the beginning is shown first: laying out a book would hold up the page. */
const SHOWN_CHARACTERS = 2000;

export function Said({ turn, last }: { turn: Turn; last: boolean }) {
  if (turn.role === "user") return <Question text={turn.content} />;
  const { content, stats, error } = turn;
  return (
    <li class="turn odin" data-role="assistant" data-finish={stats?.finish ?? "error"}>
      <AnswerText text={content} />
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <p class="stats">{stats ? statsLine(stats) : ""}</p>
      <div class="actions">
        <CopyButton text={content} label="Copy" />
        {last && error && (
          <button type="button" data-action="again" onClick={() => void again()}>
            <Icon name="again" /> Retry
          </button>
        )}
        {last && stats && (
          <button type="button" data-action="another" onClick={() => void another()}>
            <Icon name="again" /> Another answer
          </button>
        )}
        {last && continuable.value && (
          <button type="button" data-action="continue" onClick={() => void goOn()}>
            <Icon name="play" /> Continue
          </button>
        )}
      </div>
      {stats && <Record stats={stats} />}
    </li>
  );
}

function Question({ text }: { text: string }) {
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
    </li>
  );
}

/** The answer that is being written. */
export function Draft() {
  const { text, reading } = draft.value!;
  return (
    <li class="turn odin writing" data-role="draft" aria-busy="true">
      {text === "" ? (
        <p class="hint">{waiting(reading)}</p>
      ) : (
        <AnswerText text={text} growing />
      )}
    </li>
  );
}

function waiting(reading: [number, number] | undefined): string {
  if (phase.value === "loading") return "The model is being loaded …";
  return reading ? `Reading: ${reading[0]} of ${reading[1]} tokens` : "Reading …";
}
