/** Keeps a throw out of a callback from ending the process: it becomes a line in the log. */
export class CallbackGuard {
  constructor(private readonly write: (line: string) => void) {}

  /** `work`, which returns undefined where it throws. @param what the log calls it */
  wrap<A extends unknown[], R>(what: string, work: (...args: A) => R) {
    return (...args: A): R | undefined => {
      try {
        return work(...args);
      } catch (error) {
        this.log(`page server: ${what} failed: ${String(error)}`);
        return undefined;
      }
    };
  }

  log(line: string): void {
    try {
      this.write(line);
    } catch {
      // A log that throws must not end the process; there is nowhere left to report it.
    }
  }
}
