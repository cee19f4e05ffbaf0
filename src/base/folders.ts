/** Folders that a program may write to, whoever runs it and whoever owns the checkout. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
  return folders.find((folder) => {
    try {
      make(folder);
      accessSync(folder, constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A user without a home has none. */
function ownCache(): string[] {
  try {
    return [join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "alternating_marl")];
  } catch {
    return [];
  }
}

/** A folder among everybody's temporary files counts only where it is this user's. */
function ownTemporary(): string[] {
  const uid = process.getuid?.();
  const folder = join(tmpdir(), `alternating_marl-${uid ?? "user"}`);
  try {
    make(folder);
    return statSync(folder).uid === uid ? [folder] : [];
  } catch {
    return [];
  }
}

/** Where caches and logs go: into the checkout, or where this user may write. */
export function cacheFolder(): string {
  const inCheckout = join(packageRoot(), ".cache");
  return writableFolder(inCheckout, ...ownCache(), ...ownTemporary()) ?? inCheckout;
}
