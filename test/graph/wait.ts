/** Waiting that ends: with what was waited for, or soon with an error that says what it was. */
import { setTimeout as sleep } from "node:timers/promises";

/** What is not there within this time never comes, also on a loaded machine, s. */
export const PATIENCE_S = 40;
const POLL_MS = 20;

/** Resolves once `holds`; it is asked again and again. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds = PATIENCE_S,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(POLL_MS);
  }
}

/** What `promise` resolves with; rejects where that takes longer. */
export async function within<T>(what: string, promise: Promise<T>, seconds: number): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new Error(`not within ${seconds} s: ${what}`));
    late = setTimeout(fail, seconds * 1000);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(late);
  }
}
