// Ends with a piece of work all that it asked for.

/** The body with a signal that ends with it, so that nothing it asked for is left under way. */
export async function inside<T>(outer: AbortSignal, body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  try {
    return await body(AbortSignal.any([outer, own.signal]));
  } finally {
    own.abort();
  }
}
