/** Folders that a program may write to, whoever runs it and whoever owns the checkout. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { attempt } from "./errors";
import { packageRoot } from "./package_root";

/** mkdir's own `recursive` never ends in a file system that makes no folders, such as /proc (Node 20). */
function make(folder: string): void {
  if (existsSync(folder)) return;
  make(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it.
    if (!existsSync(folder)) throw error;
  }
}

/** The first folder that this user may write to, made if it is missing; undefined: none. */
export function writableFolder(...folders: readonly string[]): string | undefined {
  const mayWrite = (folder: string): true => {
    make(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  };
  return folders.find((folder) => attempt(() => mayWrite(folder)));
}

/** A user without a home has none. */
const ownCache = (): string | undefined =>
  attempt(() => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "alternating_marl"));

/** A folder among everybody's temporary files counts only where it is this user's. */
function ownTemporary(): string | undefined {
  const uid = process.getuid?.();
  const folder = join(tmpdir(), `alternating_marl-${uid ?? "user"}`);
  return attempt(() => {
    make(folder);
    return statSync(folder).uid === uid ? folder : undefined;
  });
}

/** Where caches and logs go: into the checkout, or where this user may write. */
export function cacheFolder(): string {
  const inCheckout = join(packageRoot(), ".cache");
  const folders = [inCheckout, ownCache(), ownTemporary()].filter((folder) => folder !== undefined);
  return writableFolder(...folders) ?? inCheckout;
}
