/** The version of this package, as package.json has it; a test compares them. */
export const VERSION = "0.4.0";

const SEMANTIC = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** Whether it is `MAJOR.MINOR.PATCH` and nothing more: no ranges, no pre-releases. */
export function isVersion(value: unknown): value is string {
  return typeof value === "string" && SEMANTIC.test(value);
}

/** Whether version `a` comes after `b`; both as {@link isVersion} has them. */
export function isNewer(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => SEMANTIC.exec(version)!.slice(1).map(Number)) as [number[], number[]];
  const place = left.findIndex((part, i) => part !== right[i]);
  return place >= 0 && left[place]! > right[place]!;
}
