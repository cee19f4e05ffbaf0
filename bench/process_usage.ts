/** What the kernel says of a process. */
import { readdirSync, readFileSync } from "node:fs";

/** Ticks a second of processor time. */
const TICKS = 100;

export interface ProcessUsage {
  /** The most memory that was ever resident, MB. */
  readonly megabytes: number;
  /** Memory that is resident now, MB. */
  readonly residentMegabytes: number;
  /** Processor time used, s. */
  readonly seconds: number;
  readonly files: number;
}

export function usageOf(pid: number): ProcessUsage {
  // proc(5): the fields after the command's name, the first of them the state.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").map(Number);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytesOf = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)![1]) * 1024) / 1e6;
  return {
    megabytes: megabytesOf("VmHWM"),
    residentMegabytes: megabytesOf("VmRSS"),
    seconds: (fields[11] + fields[12]) / TICKS,
    files: readdirSync(`/proc/${pid}/fd`).length,
  };
}
