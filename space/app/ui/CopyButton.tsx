import { useState } from "preact/hooks";
import { Icon } from "./Icon";

const SAID_MS = 2000;

/** Puts `text` on the clipboard, and says whether that worked. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState<string>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text); // there is no clipboard without a secure connection
      setSaid("Copied");
    } catch {
      setSaid("Not allowed here");
    }
    setTimeout(() => setSaid(undefined), SAID_MS);
  };
  return (
    <button type="button" data-action="copy" onClick={() => void copy()}>
      <Icon name={said === "Copied" ? "check" : "copy"} /> <span aria-live="polite">{said ?? label}</span>
    </button>
  );
}
