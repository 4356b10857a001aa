/** The conversation on the screen: what is said, what is being said, and what can be done with it. */

import { computed, signal } from "@preact/signals";
import { OdinError, type Message } from "../../runtime/index";
import { asking, type Draft } from "../asking";
import { lastStats, stopAnswer } from "../session";
import * as store from "./store";
import type { Conversation, Turn } from "./store";

const TITLE_CHARACTERS = 60;

export const conversation = signal<Conversation>(empty());
export const earlier = signal<Conversation[]>([]);
/** The answer that is being written. */
export const draft = signal<Draft | undefined>(undefined);
/** Whether this browser refuses to keep conversations. */
export const unkept = signal(false);
/** What keeps a question from being asked at all. */
export const problem = signal<OdinError | undefined>(undefined);

/** What was deleted must not come back with an answer that was still being written. */
const removed = new Set<string>();
/** Whose answer is being written. */
let writing: string | undefined;

export const turns = computed(() => conversation.value.turns);
export const continuable = computed(() => {
  const stats = turns.value.at(-1)?.stats;
  return stats !== undefined && stats === lastStats.value && stats.finish !== "eos";
});

function newId(): string {
  return `${Date.now()} ${Math.random()}`;
}

function empty(): Conversation {
  return { id: newId(), updated: Date.now(), turns: [] };
}

export function titleOf({ turns }: Conversation): string {
  const first = turns[0]?.content.replace(/\s+/g, " ").trim() ?? "";
  return first.length > TITLE_CHARACTERS ? `${first.slice(0, TITLE_CHARACTERS)} …` : first;
}

export async function refresh(): Promise<void> {
  earlier.value = await store.conversations();
}

export function open(chosen: Conversation): void {
  stopAnswer();
  problem.value = draft.value = undefined;
  conversation.value = chosen;
  // Other tabs may have begun others, and gone on with this one.
  void refresh();
  void store.find(chosen.id).then((newest) => {
    if (newest && newest.updated > conversation.value.updated && !draft.value && conversation.value.id === newest.id) {
      conversation.value = newest;
    }
  });
}

export function begin(): void {
  open(empty());
}

export async function remove(id: string): Promise<void> {
  removed.add(id);
  if (id === conversation.value.id) begin();
  await store.forget(id);
  await refresh();
}

/** Leaves the conversation on the screen, and writes down nothing of what is being answered. */
export function leaveAll(): void {
  for (const id of [conversation.value.id, writing]) if (id) removed.add(id);
  begin();
}

/** Asks `text` as the next turn. */
export async function send(text: string): Promise<void> {
  if (text.trim() === "") {
    problem.value = new OdinError("empty-prompt", "There is no question yet. Type one and try again.");
    return;
  }
  await answer([...turns.value, { role: "user", content: text }]);
}

/** Asks the last question again, with another draw. */
export async function another(): Promise<void> {
  await answer(upToTheQuestion(), { other: true });
}

/** Asks the last question again as it was, after an error. */
export async function again(): Promise<void> {
  await answer(upToTheQuestion());
}

function upToTheQuestion(): Turn[] {
  return turns.value.slice(0, turns.value.findLastIndex(({ role }) => role === "user") + 1);
}

/** Goes on with an answer that was stopped or cut. */
export async function goOn(): Promise<void> {
  const begun = turns.value.at(-1)!;
  await answer(turns.value.slice(0, -1), { begun: begun.content });
}

/** Writes the next turn of `before`; `begun` is what there is of it already, `other` draws another answer. */
async function answer(
  before: Turn[],
  { begun, other = false }: { begun?: string; other?: boolean } = {},
): Promise<void> {
  const prefix = begun ?? "";
  problem.value = undefined;
  draft.value = { text: prefix };
  const asker = conversation.value;
  const newest = await store.find(asker.id);
  if (conversation.value !== asker) return; // the visitor has left it
  // Another tab has gone on with this conversation: here it goes its own way, and nothing is lost.
  if (newest && newest.updated > asker.updated) conversation.value = { ...asker, id: newId() };
  const { id } = conversation.value;
  const onScreen = () => conversation.value.id === id;
  // What goes on with half an answer replaces it when it ends: until then the half is kept.
  if (begun === undefined) update(id, before);
  else conversation.value = { ...conversation.value, turns: before };
  writing = id;
  const show = (now: Draft) => {
    if (onScreen()) draft.value = { ...now, text: prefix + now.text };
  };
  const asked = await asking(begun === undefined ? messagesOf(before) : undefined, show, { from: "chat", other });
  if (onScreen()) draft.value = undefined;
  const content = prefix + asked.text;
  if ("stats" in asked) {
    update(id, [...before, { role: "assistant", content, stats: asked.stats }]);
  } else {
    const error = asked.error.code === "aborted" ? "Stopped." : asked.error.message;
    update(id, [...before, { role: "assistant", content, error }]);
  }
}

/** Answers that ended with an error are not told to the model, nor is their question. */
function messagesOf(turns: Turn[]): Message[] {
  return turns
    .filter(({ error }, i) => error === undefined && turns[i + 1]?.error === undefined)
    .map(({ role, content }) => ({ role, content }));
}

/** Also of a conversation that has left the screen while its answer was written. */
function update(id: string, turns: Turn[]): void {
  if (removed.has(id)) return;
  const changed = { id, updated: Date.now(), turns };
  if (conversation.value.id === id) conversation.value = changed;
  void store.keep(changed).then((kept) => {
    unkept.value = !kept;
    if (kept) earlier.value = [changed, ...earlier.value.filter((other) => other.id !== id)];
  });
}
