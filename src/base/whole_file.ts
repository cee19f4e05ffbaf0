/** Files that are never seen half written. */
import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { InvalidInputError, reasonOf } from "./errors";

/**
 * Writes a file whole or not at all: a temporary one in the same folder, synced, then renamed. Nobody
 * can have put a link in its place: its name cannot be guessed, and it is made new or not at all.
 * @param what is written, for the message
 * @throws InvalidInputError when the folder is missing, not writable or full
 */
export function writeWhole(file: string, contents: string | Uint8Array, what: string): void {
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.partial`);
  try {
    writeFileSync(temporary, contents, { flush: true, flag: "wx" });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new InvalidInputError(
      `${what} cannot be written to ${file}: ${reasonOf(error)}; nothing was written; name a file in an existing folder with room to write`,
    );
  }
}
