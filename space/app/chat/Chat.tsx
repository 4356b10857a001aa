/** Chat: a conversation with the model, and those before it. */

import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { stopOnly } from "../asking";
import type { Stats } from "../../runtime/index";
import { Icon } from "../ui/Icon";
import { Options } from "../ui/Options";
import { onEnter } from "../ui/keys";
import { Turn } from "./Turn";
import {
  begin,
  conversation,
  draft,
  earlier,
  open,
  problem,
  refresh,
  remove,
  send,
  titleOf,
  turns,
  unkept,
} from "./state";
import "../styles/chat.css";

/** The label of the chip, and the question: one of each kind that the model was trained on. */
const EXAMPLES: readonly (readonly [string, string])[] = [
  ["Apples", "Tom has 12 apples and buys 3 bags of 7. How many apples does he have?"],
  ["Legs", "How many legs have 7 dogs and 3 birds?"],
  ["Prime?", "Is 91 prime?"],
  ["Equation", "Solve for x: 7x + 12 = 61"],
  ["Logic", "All cats are mammals. All mammals are animals. Does it follow that all cats are animals?"],
  ["Who are you?", "What can you do?"],
];

export function Chat() {
  const box = useRef<HTMLTextAreaElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const busy = useComputed(() => draft.value !== undefined);
  useEffect(() => void refresh(), []);
  useEffect(() => {
    // Whoever reads further up stays there.
    const near = document.documentElement.scrollHeight - innerHeight - scrollY < 240;
    if (near && turns.value.length > 0) end.current?.scrollIntoView({ block: "end" });
  });

  const submit = () => {
    const text = box.current!.value;
    if (draft.value) return;
    if (text.trim() !== "") box.current!.value = "";
    // The on-screen keyboard would cover the answer.
    if (matchMedia("(pointer: coarse)").matches) box.current!.blur();
    void send(text);
  };
  const nothingYet = turns.value.length === 0 && !draft.value;

  return (
    <div class="chat">
      <div class="chat-top">
        {nothingYet ? <h1>A small model that shows its&nbsp;working.</h1> : <h1 class="visually-hidden">Chat</h1>}
        <Earlier onNew={() => (begin(), box.current!.focus())} />
      </div>
      {nothingYet && (
        <>
          <p class="lead">
            Ask it something with numbers in it. Every word is computed in this tab; what you type never leaves it.
          </p>
          <div class="chips" id="examples" role="group" aria-label="Examples">
            {EXAMPLES.map(([label, question]) => (
              <button type="button" key={label} title={question} onClick={() => void send(question)}>
                {label}
              </button>
            ))}
          </div>
        </>
      )}
      <ol class="turns" id="turns" aria-label="Conversation">
        {[...turns.value, ...(draft.value ? [draft.value] : [])].map((turn, i) => (
          <Turn
            key={`${conversation.value.id} ${i}`}
            turn={turn}
            last={!draft.value && i === turns.value.length - 1}
          />
        ))}
      </ol>
      <p class="visually-hidden" role="status" id="announce">
        {busy.value ? "ODIN is answering." : ended(turns.value.at(-1)?.stats)}
      </p>
      {unkept.value && (
        <p class="hint" id="unkept">
          This browser keeps nothing for this page: the conversation is gone when the page is closed.
        </p>
      )}
      {problem.value && (
        <p class="error" role="alert" id="problem" data-code={problem.value.code}>
          {problem.value.message}
        </p>
      )}
      <div ref={end} class="chat-end" />
      <div class="card composer">
        <form
          id="form"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <label class="visually-hidden" for="prompt">
            Your message
          </label>
          <textarea
            id="prompt"
            ref={box}
            rows={1}
            dir="auto"
            autocomplete="off"
            placeholder="Ask with numbers in it"
            onKeyDown={onEnter(submit)}
          />
          {busy.value ? (
            <button type="button" id="stop" onClick={stopOnly}>
              <Icon name="stop" /> Stop
            </button>
          ) : (
            <button type="submit" id="send" class="primary">
              <Icon name="send" /> Send
            </button>
          )}
        </form>
        <Options />
      </div>
    </div>
  );
}

function ended(stats: Stats | undefined): string {
  if (!stats) return "";
  return stats.finish === "eos" ? "The answer is complete." : "The answer has stopped.";
}

function Earlier({ onNew }: { onNew: () => void }) {
  const others = earlier.value.filter(({ id }) => id !== conversation.value.id);
  return (
    <div class="earlier">
      {turns.value.length > 0 && (
        <button type="button" id="new" onClick={onNew}>
          <Icon name="plus" /> New
        </button>
      )}
      {others.length > 0 && (
        <details id="earlier">
          <summary>Earlier ({others.length})</summary>
          <ul class="card">
            {others.map((other) => (
              <li key={other.id}>
                <button
                  type="button"
                  class="open"
                  dir="auto"
                  onClick={({ currentTarget }) => {
                    currentTarget.closest("details")!.open = false;
                    open(other);
                  }}
                >
                  {titleOf(other)}
                </button>
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Delete: ${titleOf(other)}`}
                  onClick={() => void remove(other.id)}
                >
                  <Icon name="bin" />
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
