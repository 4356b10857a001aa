/** The runtime's public face: `import { OdinLLM } from "odin-llm"`. It knows nothing of any page. */

export { OdinError, type OdinErrorCode } from "./errors";
export { formatBytes } from "./files";
export { OdinLLM, type GenerateCall } from "./llm";
export {
  DTYPE_SUFFIX,
  type Chunk,
  type Device,
  type Dtype,
  type GenerateOptions,
  type LoadOptions,
  type ModelInfo,
  type Progress,
  type Stats,
} from "./protocol";
