/** Promises of a browser that may never be settled. */

/** `promise`, or after `ms` milliseconds an Error with the given words. */
export async function within<T>(ms: number, promise: Promise<T>, words: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(words)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
