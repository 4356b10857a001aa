/** A/B variants: which of several models a visitor gets. It is decided here, from a string that goes nowhere. */

import { found, isText } from "./canonical";
import { OdinError } from "./errors";
import { uniformOf } from "./random";

/** One of the models that a manifest offers side by side. */
export interface Variant {
  name: string;
  /** Its share of the visitors, against those of the others; above 0. */
  weight: number;
  /** Folder of the model, relative to the manifest. */
  path: string;
}

/** Which variant of which experiment was loaded. */
export interface ChosenVariant {
  experiment: string;
  name: string;
}

/** What an experiment and a variant may be called: names stand in addresses. */
export const VARIANT_NAME = /^[A-Za-z0-9_.-]+$/;

/**
 * The variant of a visitor: u, the first 53 bits of the SHA-256 of `experiment|visitor` as a number in [0, 1), is
 * walked along the weights. The same visitor always gets the same one; another experiment draws anew.
 *
 * @param variants at least one, in the order of the manifest
 * @param visitor any text that tells visitors apart; it is hashed here, and neither sent nor kept
 * @throws OdinError `bad-option` for a visitor that is no text, or empty
 */
export function chooseVariant<V extends Pick<Variant, "weight">>(
  experiment: string,
  variants: readonly V[],
  visitor: string,
): V {
  if (!isText(visitor) || visitor === "") {
    throw new OdinError("bad-option", `visitor must be a string that is not empty, not ${found(visitor)}.`);
  }
  if (variants.length === 0) throw new OdinError("bad-option", "There are no variants to choose from. Give one.");
  let total = 0;
  for (const { weight } of variants) total += weight;
  const place = uniformOf(`${experiment}|${visitor}`) * total;
  let end = 0;
  // Rounded sums may end below `place`: then it is the last.
  return variants.find(({ weight }) => place < (end += weight)) ?? variants.at(-1)!;
}

/**
 * The variant that was asked for by name.
 *
 * @throws OdinError `bad-option`, with the names that there are
 */
export function namedVariant(experiment: string, variants: readonly Variant[], name: string): Variant {
  const variant = variants.find((other) => other.name === name);
  if (variant) return variant;
  const names = variants.map((other) => `'${other.name}'`).join(", ");
  throw new OdinError("bad-option", `The experiment '${experiment}' has no variant '${name}'. It has ${names}.`);
}

/** A visitor for a caller who keeps none: another one each time. */
export function someVisitor(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
