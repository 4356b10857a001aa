/** What was learned as files: PEFT's two. */

import { OdinError, type AdapterFiles } from "../../runtime/index";

/** PEFT's names of them. */
export const TENSORS = "adapter_model.safetensors";
export const CONFIG = "adapter_config.json";
/** Beyond it nobody has written a configuration. */
const MOST_CONFIG_BYTES = 1 << 20;

/**
 * An adapter from files that the visitor chose, whatever they are called.
 *
 * @throws OdinError `bad-data` unless they are one of each kind.
 */
export async function adapterFrom(files: readonly File[]): Promise<AdapterFiles> {
  const [tensors, ...moreTensors] = files.filter(({ name }) => name.endsWith(".safetensors"));
  const [config, ...moreConfigs] = files.filter(({ name }) => name.endsWith(".json"));
  if (!tensors || !config || moreTensors.length + moreConfigs.length > 0 || files.length > 2) {
    const given = files.map(({ name }) => name).join(", ");
    const wanted = `An adapter is two files, ${TENSORS} and ${CONFIG}. Choose both; found: ${given}.`;
    throw new OdinError("bad-data", wanted);
  }
  if (config.size > MOST_CONFIG_BYTES) {
    throw new OdinError("bad-data", `${config.name} is too large for the configuration of an adapter.`);
  }
  return { [TENSORS]: new Uint8Array(await tensors.arrayBuffer()), [CONFIG]: await config.text() };
}
