/**
 * Fast DDS keeps messages in files of /dev/shm. A process that was killed leaves its own there for
 * ever: whoever started it looks which they are before it ends it.
 */
import { readdirSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The file by which a segment's owner, and nobody else, locks it. */
const LOCK = /^(\/dev\/shm\/fastrtps_[0-9a-f]{16})_el$/;

/** What `read` gives, or nothing: processes and their files come and go. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Segments that a process owns now; none where it is gone or another user's. */
export function segmentsOf(pid: number): string[] {
  const folder = join("/proc", String(pid), "fd");
  const lockOf = (fd: string): string | undefined =>
    LOCK.exec(tried(() => readlinkSync(join(folder, fd))) ?? "")?.[1];
  return (tried(() => readdirSync(folder)) ?? []).flatMap((fd) => lockOf(fd) ?? []);
}

/** Removes segments, with their locks, whose owners have ended. */
export function removeSegments(segments: readonly string[]): void {
  for (const segment of segments) {
    for (const file of [segment, `${segment}_el`]) rmSync(file, { force: true });
  }
}
