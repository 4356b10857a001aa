/** Promises of a browser that may never be settled. */

/** `promise`, or what `expired` throws or returns when that takes longer than `milliseconds`. */
export async function within<T>(milliseconds: number, promise: Promise<T>, expired: () => T): Promise<T> {
  let timer!: ReturnType<typeof setTimeout>;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  }).then(expired);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** For {@link within}: an Error with these words. */
export function failure(words: string): () => never {
  return () => {
    throw new Error(words);
  };
}
