/** Where the model that was loaded lies. */

import { storedModels } from "../runtime/index";
import { info, modelUrl } from "./session";

/** The folder that the address names, or that of the variant to which it led; as the runtime keeps it. */
export async function loadedFolder(): Promise<string> {
  const { variant, model, version = null } = info.peek() ?? {};
  const address = new URL(modelUrl, document.baseURI).href;
  if (!variant) return address;
  const kept = await storedModels().catch(() => []); // nothing can be kept here
  const same = kept.find((other) => other.model === model && (other.version ?? null) === version);
  return same?.base ?? address;
}
