/** What differs between a browser and Node, but for downloads. `node.ts` sets Node's. */

import type { FileWriter } from "./session";

export interface Platform {
  /** Makes an address absolute. */
  resolve: (address: string) => string;
  /** Only where onnxruntime reads files. */
  writeFile?: FileWriter;
}

export const platform: Platform = {
  resolve: (address) => new URL(address, globalThis.document?.baseURI ?? location.href).href,
};
