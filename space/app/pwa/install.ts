/** The browser's offer to install the app, which Chromium makes and others do not. */

import { signal } from "@preact/signals";

/** Chromium's own event. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<{ outcome: "accepted" | "dismissed" }>;
}

const offer = signal<BeforeInstallPromptEvent | undefined>(undefined);
/** Whether {@link install} can do something. */
export const installable = offer as { readonly value: unknown };

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault(); // else the browser asks by itself, when it likes
  offer.value = event as BeforeInstallPromptEvent;
});
addEventListener("appinstalled", () => (offer.value = undefined));

/** Lets the browser ask the visitor. An offer can be used once; the browser makes a new one when it sees fit. */
export async function install(): Promise<void> {
  const event = offer.value;
  offer.value = undefined;
  await event?.prompt();
}
