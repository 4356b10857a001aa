/** Notes what happens in the visit, as long as the visitor shares statistics. */

import { computed, effect, untracked } from "@preact/signals";
import { OdinError } from "../../runtime/index";
import { mishap } from "../mishap";
import { mode } from "../routes";
import { failure, info, outcome } from "../session";
import type { AnalyticsEvent } from "./events";
import { reportOf } from "./report";
import { events, outbox, sharing } from "./share";

const reported = new WeakSet<object>();

export function watchVisit(): void {
  if (!outbox) return;
  const box = outbox;
  const note = (event: AnalyticsEvent) => untracked(() => sharing.value && box.note(event));
  const here = () => mode.peek().name;
  const report = (error: unknown, where = here()) => {
    if (!sharing.peek() || (error instanceof OdinError && error.code === "aborted")) return;
    // One that was shown in two places is one.
    if (typeof error === "object" && error !== null) {
      if (reported.has(error)) return;
      reported.add(error);
    }
    note(events.error(where, reportOf(error, ownScripts())));
  };
  effect(() => {
    const { name } = mode.value;
    if (sharing.value) note(events.pageview(name));
  });
  const loaded = computed(() => info.value !== undefined);
  effect(() => {
    if (loaded.value) note(events.modelLoaded(here(), info.peek()!)); // not again when it has learned something
  });
  effect(() => {
    const ended = outcome.value;
    if (!ended) return;
    if ("stats" in ended) note(events.answer(ended.from, ended.stats));
    else report(ended.error, ended.from);
  });
  effect(() => {
    if (failure.value) report(failure.value);
  });
  effect(() => {
    if (mishap.value) report(mishap.value);
  });
  addEventListener("error", ({ error }) => {
    if (error) report(error); // another site's script, of which browsers say nothing, or a warning of the layout
  });
  addEventListener("unhandledrejection", ({ reason }) => report(reason));
}

/** Names by address of the scripts that were loaded from the page's own folder. */
function ownScripts(): Map<string, string> {
  const folder = new URL("./", document.baseURI).href;
  const loaded = [
    ...Array.from(document.scripts, ({ src }) => src),
    ...performance.getEntriesByType("resource").map(({ name }) => name),
  ];
  const plain = loaded.map((address) => address.replace(/[?#].*$/, ""));
  const own = plain.filter((address) => address.startsWith(folder) && /\.(js|tsx?)$/.test(address));
  return new Map(own.map((address) => [address, address.slice(folder.length)]));
}
