/** What the tests of a file share, so that each stands alone all the same. */

/** A process, or several, that a test started. */
interface Part {
  end(): Promise<unknown>;
}

/** Ends `part` with the rest of what is shared, also where starting the rest fails. */
export type Own = <P extends Part>(part: P) => P;

/**
 * Starts what the tests of a file share before the first of them. Before each test it is mended,
 * whatever the one before left; where that fails, it is ended and started anew.
 * @param start hands each of its parts to `own`
 * @param mend rejects where tests cannot go on with what runs
 */
export function shared(start: (own: Own) => Promise<void>, mend: () => Promise<void>): void {
  let parts: Part[] = [];
  let isFresh = false;
  const end = async (): Promise<void> => {
    for (const part of parts.splice(0).reverse()) await part.end();
  };
  const begin = async (): Promise<void> => {
    isFresh = true;
    await start((part) => {
      parts = [...parts, part];
      return part;
    });
  };
  beforeAll(begin);
  beforeEach(async () => {
    if (isFresh) return void (isFresh = false);
    try {
      await mend();
    } catch (error) {
      console.error(`started anew, as it cannot be mended: ${String(error)}`);
      await end();
      await begin();
      isFresh = false;
    }
  });
  afterAll(end);
}
