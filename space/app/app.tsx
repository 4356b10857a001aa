/** The shell: header, navigation, the state of the model, and the mode that the address asks for. */

import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { promise } from "./analytics/share";
import { UpdatePrompt } from "./pwa/UpdatePrompt";
import { mode, MODES } from "./routes";
import { Icon } from "./ui/Icon";
import { ModelBar } from "./ui/ModelBar";
import { SchemeButton } from "./ui/SchemeButton";

export function App() {
  const { name, Page } = mode.value;
  const main = useRef<HTMLElement>(null);
  const shown = useRef<string | undefined>(undefined);
  useSignalEffect(() => {
    const { name, title } = mode.value;
    document.title = `${title} · ODIN`;
    document.body.dataset["mode"] = name;
    // Who changes the mode by keyboard or screen reader goes on in the new one; the first page takes no focus.
    if (shown.current !== undefined && shown.current !== name) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    shown.current = name;
  });
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="#/chat" aria-label="ODIN, start page">
          <Icon name="brand" />
          <span>ODIN</span>
        </a>
        <nav class="modes" aria-label="Modes">
          {MODES.map(({ name: other, label, icon }) => (
            <a key={other} href={`#/${other}`} aria-current={other === name ? "page" : undefined}>
              <Icon name={icon} />
              <span>{label}</span>
            </a>
          ))}
        </nav>
        <SchemeButton />
      </header>
      <ModelBar />
      <main id="main" ref={main} tabIndex={-1} data-mode={name}>
        <Page />
      </main>
      <footer>
        <p>Runs on transformers.js and onnxruntime, in this tab. No account, no tracking, {promise.value}.</p>
      </footer>
      <UpdatePrompt />
    </>
  );
}
