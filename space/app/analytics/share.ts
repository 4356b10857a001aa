/** Whether the visitor shares statistics of this site, and what waits to be sent. Off until it is switched on. */

import { computed } from "@preact/signals";
import deployment from "virtual:deployment";
import { stored } from "../settings";
import { Events } from "./events";
import { Outbox } from "./outbox";

const { analytics } = deployment;
const chosen = stored("share", false, (value): value is boolean => typeof value === "boolean");

/** Undefined where the site has nowhere to send anything. */
export const outbox = analytics ? new Outbox(analytics.endpoint) : undefined;
export const events = new Events(analytics?.domain ?? "");
/** The site that statistics go to. */
export const host = analytics ? new URL(analytics.endpoint).host : undefined;
export const sharing = computed(() => outbox !== undefined && chosen.value);

export function share(on: boolean): void {
  chosen.value = on;
  if (!on) outbox?.clear();
}

/** What the page may promise. */
export const promise = computed(() =>
  sharing.value ? "nothing is sent but the statistics that you send yourself" : "nothing is sent",
);
