/** Conversations, kept in this browser's IndexedDB and nowhere else. */

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Stats } from "../../runtime/index";

const DATABASE = "odin-app";
const PATIENCE_MS = 1000;

export interface Turn {
  role: "user" | "assistant";
  content: string;
  /** Of an answer that has ended. */
  stats?: Stats;
  /** Why there is no whole answer. */
  error?: string;
}

export interface Conversation {
  id: string;
  /** Milliseconds since 1970. */
  updated: number;
  turns: Turn[];
}

interface Schema extends DBSchema {
  conversations: { key: string; value: Conversation; indexes: { updated: number } };
}

let opened: Promise<IDBPDatabase<Schema>> | undefined;

function database(): Promise<IDBPDatabase<Schema>> {
  const forget = () => (opened = undefined);
  return (opened ??= openDB<Schema>(DATABASE, 1, {
    upgrade: (db) => db.createObjectStore("conversations", { keyPath: "id" }).createIndex("updated", "updated"),
    // Another tab deletes everything, or has a newer version: it must not wait for this one.
    blocking: (_current, _blocked, event) => ((event.target as IDBDatabase).close(), forget()),
    terminated: forget,
  }).catch((error: unknown) => {
    forget();
    throw error;
  }));
}

/** All of them, newest first; none where the browser refuses to keep any. */
export async function conversations(): Promise<Conversation[]> {
  try {
    return (await (await database()).getAllFromIndex("conversations", "updated")).reverse();
  } catch {
    return [];
  }
}

/** The newest of it, which another tab may have written; undefined when it is not there. */
export async function find(id: string): Promise<Conversation | undefined> {
  // Storage that is broken may hang where it should refuse, and a question waits for this.
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined));
  try {
    return await Promise.race([late, database().then((db) => db.get("conversations", id))]);
  } catch {
    return undefined;
  }
}

/** Whether it could be kept. */
export async function keep(conversation: Conversation): Promise<boolean> {
  try {
    await (await database()).put("conversations", conversation);
    return true;
  } catch {
    return false;
  }
}

export async function forget(id: string): Promise<void> {
  try {
    await (await database()).delete("conversations", id);
  } catch {
    // What cannot be kept is not there.
  }
}
