/** The modes of the app, and which one the address asks for: `#/maths`. */

import { computed, signal } from "@preact/signals";
import { lazy } from "./ui/lazy";
import { About } from "./about/About";
import { Chat } from "./chat/Chat";
import { Maths } from "./maths/Maths";
import type { ComponentType } from "preact";
import type { IconName } from "./ui/Icon";

export interface Mode {
  name: string;
  label: string;
  /** Of the document, for the tab and for screen readers. */
  title: string;
  icon: IconName;
  Page: ComponentType;
}

export const MODES: readonly Mode[] = [
  { name: "chat", label: "Chat", title: "Chat", icon: "chat", Page: Chat },
  { name: "maths", label: "Maths", title: "Maths solver", icon: "maths", Page: Maths },
  {
    name: "code",
    label: "Code",
    title: "Code completion",
    icon: "code",
    Page: lazy(async () => (await import("./code/Code")).Code),
  },
  {
    name: "teach",
    label: "Teach",
    title: "Teach the model",
    icon: "teach",
    Page: lazy(async () => (await import("./teach/Teach")).Teach),
  },
  {
    name: "dashboard",
    label: "Dashboard",
    title: "Dashboard",
    icon: "gauge",
    Page: lazy(async () => (await import("./dashboard/Dashboard")).Dashboard),
  },
  {
    name: "benchmark",
    label: "Benchmark",
    title: "Benchmark",
    icon: "bars",
    Page: lazy(async () => (await import("./benchmark/Benchmark")).Benchmark),
  },
  { name: "about", label: "About", title: "About ODIN", icon: "info", Page: About },
];

const hash = signal(location.hash);
addEventListener("hashchange", () => (hash.value = location.hash));

/** The mode of the address; the first for an address that names none. */
export const mode = computed<Mode>(() => {
  const name = /^#\/([a-z]+)/.exec(hash.value)?.[1];
  return MODES.find((mode) => mode.name === name) ?? MODES[0]!;
});
