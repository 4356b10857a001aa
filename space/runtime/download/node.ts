/** Makes the loader Node's: importing this module is enough. Browsers never do. */

import { environment } from "./environment";
import { fetchFile, resolveAddress } from "./fetch.node";
import { fileStore } from "./store.node";

environment.store = async () => fileStore();
environment.fetch = fetchFile;
environment.resolve = resolveAddress;

export { resolveAddress } from "./fetch.node";
export { cacheFolder, fileStore } from "./store.node";
