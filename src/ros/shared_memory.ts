/**
 * Fast DDS keeps messages in files of /dev/shm. A process that was killed leaves its own there for
 * ever; they are known by that no process has them open.
 */
import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "/dev/shm";

/** What `read` gives, or nothing: processes and files may be gone or another user's. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Everything that processes of this machine map or have open, as far as it may be seen. */
function inUse(): string {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes
    .flatMap((id) => {
      const folder = join("/proc", id, "fd");
      const open = tried(() => readdirSync(folder)) ?? [];
      const files = open.map((fd) => tried(() => readlinkSync(join(folder, fd))) ?? "");
      return [tried(() => readFileSync(join("/proc", id, "maps"), "utf8")) ?? "", ...files];
    })
    .join("\n");
}

/** Removes what this user's processes left; a file that any process uses stays. */
export function removeAbandoned(): void {
  const owner = process.getuid?.();
  const files = (tried(() => readdirSync(FOLDER)) ?? [])
    .filter((name) => name.startsWith("fastrtps_"))
    .map((name) => join(FOLDER, name))
    .filter((file) => tried(() => statSync(file).uid) === owner);
  if (files.length === 0) return;
  const used = inUse();
  for (const file of files) {
    // A segment and the file by which its owner locks it are used together.
    const segment = file.replace(/_el$/, "");
    if (!used.includes(segment)) tried(() => rmSync(file));
  }
}
