/** A lesson that this browser keeps from an earlier visit: to go on with it, to use it, or to forget it. */

import { useRef } from "preact/hooks";
import { adapter } from "../session";
import { Icon } from "../ui/Icon";
import { busy, forget, kept, questions, takeUp, task, useKept } from "./state";
import { preparing } from "./preparing";

/** It stays where it is until a lesson begins, so that nothing moves when it was used or forgotten. */
export function Kept() {
  const opened = useRef(adapter.value ? undefined : kept.value);
  if (questions.value.length > 0 || task.value === "lesson") opened.current = undefined;
  if (!opened.current) return null;
  const { title, step, total, at } = opened.current;
  const unfinished = step < total;
  const over = adapter.value !== null || !kept.value;
  return (
    <section class="card kept" id="kept" aria-labelledby="kept-says">
      <p id="kept-says">
        <Icon name="teach" /> This browser keeps a lesson: <b dir="auto">{title}</b>, {step} of {total} steps,{" "}
        {new Date(at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" })}.
      </p>
      <fieldset class="controls" disabled={busy.value || over} aria-label="The lesson that is kept">
        {unfinished && (
          <button type="button" id="take-up" class="primary" onClick={() => void takeUp()}>
            <Icon name="play" /> Go on
          </button>
        )}
        <button type="button" id="use" class={unfinished ? "" : "primary"} onClick={() => void useKept()}>
          <Icon name="check" /> Use it
        </button>
        <button type="button" id="forget-kept" onClick={() => void forget()}>
          <Icon name="bin" /> Forget it
        </button>
        <span role="status" id="kept-status">
          {task.value === "adapter" ? preparing() : adapter.value ? "It is in use." : over ? "It is forgotten." : ""}
        </span>
      </fieldset>
    </section>
  );
}
