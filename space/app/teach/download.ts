/** What teaching downloads besides the model, as the folder's manifest says. Pure. */

/** Graph, first parameters, and the graph that answers with others. */
const TRAINING_FILE = /^onnx\/(train\.\w+|adapted\.onnx)$/;
const DESCRIPTION = "onnx/train.json";

/** In bytes; 0 where the model cannot be taught, undefined where the manifest does not say. */
export function bytesIn(manifest: unknown): number | undefined {
  const { files } = (manifest ?? {}) as { files?: Record<string, { bytes: number } | undefined> };
  if (typeof files !== "object" || files === null) return undefined; // a manifest of variants
  if (!files[DESCRIPTION]) return 0;
  const needed = Object.keys(files).filter((name) => TRAINING_FILE.test(name));
  return needed.reduce((sum, name) => sum + files[name]!.bytes, 0);
}
