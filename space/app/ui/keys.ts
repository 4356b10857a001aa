/** Keys that do the same in every mode. */

/** What WebKit gives Enter as, when it has just ended the composition of a character. */
const COMPOSED = 229;

/** Enter sends, Shift+Enter starts a new line; Enter that ends the composition of a character does neither. */
export function onEnter(send: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === COMPOSED) return;
    event.preventDefault();
    send();
  };
}
