/** What this page keeps on the visitor's device, and how all of it goes away. */

import { clearCache, storedModels, TRAINING_CACHE, type StoredModel } from "../../runtime/index";
import { conversations } from "../chat/store";

/** Sizes are in bytes. */
export interface StorageSummary {
  models: StoredModel[];
  /** Page, scripts, styles, icons. */
  shell: number;
  /** onnxruntime and Python, as far as they were used. */
  files: number;
  conversations: number;
  /** What models have learned here. */
  learned: number;
  /** Names of what is in localStorage and sessionStorage. */
  settings: string[];
  /** What the browser counts for the whole site, if it tells: caches, databases, and what they need themselves. */
  usage: number | undefined;
  /** Whether the browser keeps it when the device has little room left; undefined where it does not tell. */
  persisted: boolean | undefined;
}

// Storage that is broken may hang where it should refuse.
const PATIENCE_MS = 5_000;
// Someone may be reading the browser's question; Firefox without a screen never answers.
const QUESTION_MS = 30_000;
const OURS = "odin";
const RUNTIME_CACHE = "odin-llm";

/** Reads what is stored; what cannot be read counts as nothing. */
export async function storageSummary(): Promise<StorageSummary> {
  const [kept, shell, files, learned, count, estimate, persisted] = await Promise.all([
    within(PATIENCE_MS, models()),
    within(PATIENCE_MS, cacheSize("odin-shell-")),
    within(PATIENCE_MS, cacheSize("odin-files-")),
    within(PATIENCE_MS, cacheSize(TRAINING_CACHE)),
    within(PATIENCE_MS, conversationCount()),
    within(PATIENCE_MS, navigator.storage?.estimate()),
    within(PATIENCE_MS, navigator.storage?.persisted()),
  ]);
  const settings = webStorages().flatMap(ourKeys);
  const usage = estimate?.usage;
  const sizes = { shell: shell ?? 0, files: files ?? 0, learned: learned ?? 0, conversations: count ?? 0 };
  return { models: kept ?? [], ...sizes, settings, usage, persisted };
}

/** Deletes models, files, conversations and settings of this app; returns what is left, which should be nothing. */
export async function clearEverything(): Promise<StorageSummary> {
  // First the worker, which would keep files again. It goes for good when its last tab is closed or reloaded.
  await within(PATIENCE_MS, unregister());
  await within(PATIENCE_MS, clearCache());
  await within(PATIENCE_MS, deleteCaches());
  await within(PATIENCE_MS, deleteDatabases());
  for (const storage of webStorages()) for (const key of ourKeys(storage)) storage.removeItem(key);
  return storageSummary();
}

/** Asks the browser to keep what is stored when the device has little room left; undefined when it does not answer. */
export function persist(): Promise<boolean | undefined> {
  return within(QUESTION_MS, navigator.storage?.persist());
}

/** The value of `promise`, or undefined when it fails or takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T> | undefined): Promise<T | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, milliseconds, undefined));
  return Promise.race([late, promise?.catch(() => undefined)]);
}

/** Where the app lies, as the service worker has it. */
function scope(): string {
  return new URL("./", location.href).href;
}

async function models(): Promise<StoredModel[]> {
  // Asking for models would make a cache that is not there.
  return (await caches.has(RUNTIME_CACHE)) ? storedModels() : [];
}

/** The app's caches; other sites may share the origin. */
async function ourCaches(): Promise<string[]> {
  const names = await caches.keys();
  const runtime = [RUNTIME_CACHE, TRAINING_CACHE];
  return names.filter((name) => runtime.includes(name) || (name.startsWith(`${OURS}-`) && name.endsWith(scope())));
}

async function cacheSize(prefix: string): Promise<number> {
  let size = 0;
  for (const name of (await ourCaches()).filter((name) => name.startsWith(prefix))) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) size += (await (await cache.match(request))?.blob())?.size ?? 0;
  }
  return size;
}

async function deleteCaches(): Promise<void> {
  await Promise.all((await ourCaches()).map((name) => caches.delete(name)));
}

async function ourDatabases(): Promise<string[]> {
  return (await indexedDB.databases()).flatMap(({ name }) => (name?.startsWith(OURS) ? [name] : []));
}

async function conversationCount(): Promise<number> {
  // So would asking for conversations make a database.
  return (await ourDatabases()).length > 0 ? (await conversations()).length : 0;
}

async function deleteDatabases(): Promise<void> {
  await Promise.all(
    (await ourDatabases()).map(
      (name) =>
        new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase(name);
          request.onsuccess = resolve;
          request.onerror = reject;
        }),
    ),
  );
}

async function unregister(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.unregister();
}

function webStorages(): Storage[] {
  try {
    return [localStorage, sessionStorage];
  } catch {
    return []; // switched off
  }
}

function ourKeys(storage: Storage): string[] {
  return Object.keys(storage).filter((key) => key.startsWith(OURS));
}
