/** The editor as a component. It lives in a shadow root: there its styles are adopted ones, which the page's
 * Content-Security-Policy allows; in the document it would have to write style elements. */

import { effect, type Signal } from "@preact/signals";
import type { EditorView } from "@codemirror/view";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { createEditor, replaceText } from "./codemirror";

interface EditorProps {
  id: string;
  /** What it holds: typing changes the signal, and the signal's change is an edit that can be undone. */
  text: Signal<string>;
  label: string;
  hint: string;
  onSubmit: () => void;
  /** For what needs the selection or the focus. */
  view: RefObject<EditorView | null>;
}

export function Editor({ id, text, label, hint, onSubmit, view }: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    const editor = createEditor(root, { label, hint, onSubmit, onChange: (typed) => (text.value = typed) });
    view.current = editor;
    const unfollow = effect(() => {
      if (text.value !== editor.state.doc.toString()) replaceText(editor, text.value);
    });
    return () => {
      unfollow();
      view.current = null;
      editor.destroy();
    };
  }, []);
  return <div class="editor" id={id} ref={host} />;
}
