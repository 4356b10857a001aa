import { likeness } from "../likeness";

/** The words for a name that is not among the known ones, with the nearest of them; case and `_` do not count. */
export function unknown(kind: string, name: string, known: readonly string[]): string {
  let nearest: string | undefined;
  let best = 0.5;
  for (const candidate of known) {
    const alike = likeness(plain(candidate), plain(name));
    if (alike >= best && (nearest === undefined || alike > best)) [nearest, best] = [candidate, alike];
  }
  const hint = nearest === undefined ? `known: ${known.join(", ")}` : `did you mean '${nearest}'?`;
  return `unknown ${kind} '${name}'; ${hint}`;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll("_", "");
}
