/** Keys that do the same in every mode. */

/** Enter sends, Shift+Enter starts a new line; Enter that ends the composition of a character does neither. */
export function onEnter(send: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
}
