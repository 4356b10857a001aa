/** What of a conversation the model's state has read already. Pure, so that it can be tested without a model. */

import type { Message } from "./protocol";

/** A conversation up to and with an answer, as it was given to the caller. */
export interface Answered {
  messages: Message[];
  answer: string;
  /** Whether the answer's last token ended it; that token is the last that the state stands before. */
  ended: boolean;
}

/**
 * The text that follows what the state has read, when `messages` go on from `before`; undefined when they do not.
 *
 * @param render writes messages out by the chat template.
 * @param eos text of the token that ended the answer.
 */
export function continuation(
  before: Answered,
  messages: Message[],
  render: (messages: Message[], addGenerationPrompt: boolean) => string,
  eos: string,
): string | undefined {
  const earlier: Message[] = [...before.messages, { role: "assistant", content: before.answer }];
  const goesOn = messages.length > earlier.length && earlier.every((message, i) => equal(message, messages[i]!));
  if (!goesOn) return undefined;
  // A template may put other things into an earlier turn than into the last; then the state is of no use.
  const read = render(before.messages, true) + before.answer + (before.ended ? eos : "");
  const whole = render(messages, true);
  return whole.startsWith(read) ? whole.slice(read.length) : undefined;
}

function equal(a: Message, b: Message): boolean {
  return a.role === b.role && a.content === b.content;
}
