/** The editor: the parts of CodeMirror that a short program needs. */

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

/** Made from the page's custom properties, which reach into the shadow root. */
const theme = EditorView.theme({
  "&": { backgroundColor: "var(--paper)", color: "var(--ink)", borderRadius: "0.7rem" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": { minHeight: "var(--editor-height)", maxHeight: "60vh", font: "0.92rem/1.55 var(--mono)" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.7rem 0" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--muted)", border: "none" },
  ".cm-placeholder": { color: "var(--muted)" },
  ".cm-specialChar": { color: "var(--alarm)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--accent)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--alarm)" },
  ".tok-keyword": { color: "var(--code-keyword)" },
  ".tok-string, .tok-string2": { color: "var(--code-string)" },
  ".tok-number, .tok-bool, .tok-atom": { color: "var(--code-number)" },
  ".tok-comment": { color: "var(--code-comment)" },
  ".tok-definition, .tok-className": { color: "var(--code-name)" },
});

export interface EditorOptions {
  /** What a screen reader calls it. */
  label: string;
  /** Shown while it is empty. */
  hint: string;
  onChange: (text: string) => void;
  /** Ctrl+Enter, Cmd+Enter on a Mac. */
  onSubmit: () => void;
}

/** Tab is not bound: it leaves the editor, as it leaves every other field. Ctrl+] and Ctrl+[ indent. */
export function createEditor(root: ShadowRoot, { label, hint, onChange, onSubmit }: EditorOptions): EditorView {
  const submit = () => {
    onSubmit();
    return true;
  };
  const extensions = [
    lineNumbers(),
    highlightSpecialChars(),
    history(),
    indentUnit.of("    "),
    EditorState.tabSize.of(4),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    python(),
    syntaxHighlighting(classHighlighter),
    placeholder(hint),
    theme,
    // With a tab index, tools that check pages know as well that it takes the focus.
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
    keymap.of([{ key: "Mod-Enter", run: submit }, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap]),
  ];
  return new EditorView({ root, parent: root, extensions });
}

/** Puts `text` in the place of all that is there; undo brings that back. */
export function replaceText(editor: EditorView, text: string): void {
  editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text }, userEvent: "input.replace" });
}
