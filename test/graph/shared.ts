/** What the tests of a file share, so that each stands alone all the same. */

declare global {
  /** Set by test/support/environment.mjs at the end of each test. */
  var previousTestFailed: boolean | undefined;
}

/** A process, or several, that a test started. */
interface Part {
  end(): Promise<unknown>;
  /** Processes that have died though nobody killed them. */
  readonly crashes?: readonly string[];
}

/** Ends `part` with the rest of what is shared, also where starting the rest fails. */
export type Own = <P extends Part>(part: P) => P;

/** The test before left something broken: it fails the run, unless that test has failed already. */
function blame(reason: unknown): void {
  const error = new Error(`after the test before: ${String(reason)}`, { cause: reason });
  if (!globalThis.previousTestFailed) throw error;
  console.error(error.message);
}

/** What runs for the tests of a file. */
class Parts {
  /** Everything is started, and not ended yet. */
  isWhole = false;
  private parts: Part[] = [];

  constructor(private readonly start: (own: Own) => Promise<void>) {}

  async begin(): Promise<void> {
    await this.start((part) => {
      this.parts.push(part);
      return part;
    });
    this.isWhole = true;
  }

  async end(): Promise<void> {
    this.isWhole = false;
    for (const part of this.parts.splice(0).reverse()) await part.end();
  }

  /** Throws where a process has crashed. */
  check(): void {
    const crashes = this.parts.flatMap((part) => part.crashes ?? []);
    if (crashes.length > 0) throw new Error(`nobody killed it: ${crashes.join(", ")}`);
  }
}

/**
 * Starts what the tests of a file share before the first of them. Before each test it is mended,
 * whatever the one before left; where that fails, it is ended and started anew, and the test fails
 * unless the one before did. What has crashed in the last test fails the file.
 * @param start hands each of its parts to `own`
 * @param mend rejects where tests cannot go on with what runs
 */
export function shared(start: (own: Own) => Promise<void>, mend: () => Promise<void>): void {
  const parts = new Parts(start);
  /** No test has used it yet. */
  let isFresh = true;
  beforeAll(() => parts.begin());
  beforeEach(async () => {
    if (isFresh) return void (isFresh = false);
    try {
      if (!parts.isWhole) throw new Error("it could not be started anew");
      parts.check();
      await mend();
    } catch (reason) {
      await parts.end();
      await parts.begin();
      // A test that fails here does not run, and leaves what was started as it is.
      isFresh = true;
      blame(reason);
      isFresh = false;
    }
  });
  afterAll(async () => {
    try {
      parts.check();
    } catch (reason) {
      blame(reason);
    } finally {
      await parts.end();
    }
  });
}
