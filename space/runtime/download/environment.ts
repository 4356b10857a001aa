/** What the loader needs of where it runs. These are a browser's; `node.ts` sets Node's. */

import { OdinError } from "../errors";
import type { ChunkStore } from "./store";
import { browserStore } from "./store.browser";

export interface Environment {
  /** Where chunks are kept; undefined where storing is refused. */
  store: () => Promise<ChunkStore | undefined>;
  fetch: typeof fetch;
  /** Makes an address absolute; throws for what is none. */
  resolve: (address: string) => string;
}

export const environment: Environment = {
  store: browserStore,
  fetch: (...request) => fetch(...request),
  resolve: (address) => new URL(address, globalThis.document?.baseURI ?? globalThis.location?.href).href,
};

/**
 * The address of a folder, absolute and with a slash at its end; query and fragment are dropped.
 *
 * @param address absolute, or relative to the page; in Node also a path.
 * @throws OdinError `bad-option`
 */
export function folderUrl(address: string): string {
  let folder: URL;
  try {
    folder = new URL(environment.resolve(address));
  } catch {
    throw new OdinError("bad-option", `'${address}' is no address. Give that of a model folder, as /models/odin/.`);
  }
  folder.search = folder.hash = "";
  if (!folder.pathname.endsWith("/")) folder.pathname += "/";
  return folder.href;
}
