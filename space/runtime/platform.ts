/** What differs between a browser and Node, but for downloads. `node.ts` sets Node's. */

import type { FileWriter } from "./session";
import type { TrainingStorage } from "./training/storage";

export interface Platform {
  /** Makes an address absolute. */
  resolve: (address: string) => string;
  /** Only where onnxruntime reads files. */
  writeFile?: FileWriter;
  /** Where trainings are kept; in browsers the Cache API. */
  trainingStorage?: () => Promise<TrainingStorage | undefined>;
}

export const platform: Platform = {
  resolve: (address) => new URL(address, globalThis.document?.baseURI ?? location.href).href,
};
