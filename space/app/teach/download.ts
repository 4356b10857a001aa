/** What teaching downloads, as the model's manifest and the description of its training say. Pure. */

export const DESCRIPTION = "onnx/train.json";
/** Keys of the description that name a file, or null. */
const PATHS = ["graph", "adapted", "parameters", "frozen"];

/** Whether the model can be taught; undefined where the manifest does not list its files. */
export function teachable(manifest: unknown): boolean | undefined {
  const files = filesOf(manifest);
  return files && files[DESCRIPTION] !== undefined;
}

/** Bytes of all files that are needed; undefined where one of them is not known. */
export function bytesOf(manifest: unknown, description: unknown): number | undefined {
  const files = filesOf(manifest);
  const paths = (description ?? {}) as Record<string, string | null | undefined>;
  const names = [DESCRIPTION, ...PATHS.map((key) => paths[key]).filter((name) => name !== null)];
  const sizes = names.map((name) => files?.[name ?? ""]?.bytes);
  return sizes.reduce((sum, bytes) => (sum === undefined || bytes === undefined ? undefined : sum + bytes), 0);
}

function filesOf(manifest: unknown): Record<string, { bytes: number } | undefined> | undefined {
  const { files } = (manifest ?? {}) as { files?: Record<string, { bytes: number } | undefined> };
  return typeof files === "object" && files !== null ? files : undefined; // variants have none
}
