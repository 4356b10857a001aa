/** Stand-ins for what Node lacks of a browser: the Cache API with a quota, and locks that tabs share. */

export class FakeCaches {
  readonly entries = new Map<string, Uint8Array<ArrayBuffer>>();
  quota = Infinity;
  /** Thrown by every write. */
  broken: Error | undefined;

  get usage(): number {
    return [...this.entries.values()].reduce((total, bytes) => total + bytes.length, 0);
  }

  /** Hashes of the chunks that are stored. */
  get chunks(): string[] {
    return [...this.entries.keys()].flatMap((url) => /chunk\/(\w+)$/.exec(url)?.[1] ?? []);
  }

  async open(): Promise<unknown> {
    return {
      match: async (url: string) => {
        const bytes = this.entries.get(url);
        return bytes && new Response(bytes);
      },
      put: async (url: string, response: Response) => {
        const bytes = new Uint8Array(await response.arrayBuffer());
        if (this.broken) throw this.broken;
        const freed = this.entries.get(url)?.length ?? 0;
        if (this.usage - freed + bytes.length > this.quota) throw new DOMException("full", "QuotaExceededError");
        this.entries.set(url, bytes);
      },
      delete: async (request: string | Request) => this.entries.delete(urlOf(request)),
      keys: async () => [...this.entries.keys()].map((url) => ({ url })),
    };
  }
}

function urlOf(request: string | { url: string }): string {
  return typeof request === "string" ? request : request.url;
}

/** Web Locks: one holder of a name at a time; a waiting request can be aborted. */
export class FakeLocks {
  readonly names: string[] = [];
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #held = new Map<string, number>();

  async request(
    name: string,
    { signal, ifAvailable = false }: { signal?: AbortSignal; ifAvailable?: boolean },
    task: (lock: object | null) => unknown,
  ): Promise<unknown> {
    this.names.push(name);
    if (ifAvailable && this.#held.get(name)) return task(null);
    this.#count(name, 1);
    const before = this.#tails.get(name);
    const run = (async () => {
      await before;
      signal?.throwIfAborted();
      return task({});
    })().finally(() => this.#count(name, -1));
    this.#tails.set(name, run.catch(() => {}));
    return run;
  }

  #count(name: string, change: number): void {
    this.#held.set(name, (this.#held.get(name) ?? 0) + change);
  }
}
