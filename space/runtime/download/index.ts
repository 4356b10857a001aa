/** Loading a model folder: chunked, verified, resumed, and kept for the next time. */

export { clearCache, type StoredModel, storedModels } from "./data";
export type { DownloadEvent } from "./events";
export { ModelFolder, type FolderOptions } from "./folder";
export { formatBytes } from "./format";
export type { Bytes } from "./hash";
export type { FileEntry, Manifest } from "./manifest";
export type { ChunkStore, ModelRecord } from "./store";
export { browserStore } from "./store.browser";
