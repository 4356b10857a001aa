/** A lesson that this browser keeps from an earlier visit: to go on with it, to use it, or to forget it. */

import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { adapter } from "../session";
import { Icon } from "../ui/Icon";
import { prepared, preparing } from "./preparing";
import { busy, forget, kept, questions, stop, takeUp, task, useKept } from "./state";

/** What is kept is being taken up, which repeats steps; whoever comes back from another mode can still stop it. */
const using = signal(false);

/** It stays where it is until a lesson begins, so that nothing moves when it was used or forgotten. */
export function Kept() {
  const opened = useRef(adapter.value ? undefined : kept.value);
  if (questions.value.length > 0 || task.value === "lesson") opened.current = undefined;
  if (!opened.current) return null;
  const { title, step, total, at } = opened.current;
  const unfinished = step < total;
  const over = adapter.value !== null || !kept.value;
  const disabled = busy.value || over;
  return (
    <section class="card kept" id="kept" aria-labelledby="kept-says">
      <p id="kept-says">
        <Icon name="teach" /> This browser keeps a lesson: <b dir="auto">{title}</b>, {step} of {total} steps,{" "}
        {new Date(at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" })}.
      </p>
      <div class="controls" role="group" aria-label="The lesson that is kept">
        {unfinished && (
          <button type="button" id="take-up" class="primary" disabled={disabled} onClick={() => void takeUp()}>
            <Icon name="play" /> Go on
          </button>
        )}
        {using.value ? (
          <button type="button" id="stop-using" onClick={stop}>
            <Icon name="stop" /> Stop
          </button>
        ) : (
          <button
            type="button"
            id="use"
            class={unfinished ? "" : "primary"}
            disabled={disabled}
            onClick={() => void use()}
          >
            <Icon name="check" /> Use it
          </button>
        )}
        <button type="button" id="forget-kept" disabled={disabled} onClick={() => void forget()}>
          <Icon name="bin" /> Forget it
        </button>
        <span role="status" id="kept-status">
          {task.value === "adapter" ? preparing() : adapter.value ? "It is in use." : over ? "It is forgotten." : ""}
        </span>
        {using.value && <progress aria-label="Steps that are repeated" max={1} value={prepared()} />}
      </div>
    </section>
  );
}

async function use(): Promise<void> {
  using.value = true;
  await useKept();
  using.value = false;
}
