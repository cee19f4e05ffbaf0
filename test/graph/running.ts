/** Commands of the documents, run as a person runs them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src/base/package_root";

const root = packageRoot();

/** A folder of its own, where `examples` and `dist` are as in the checkout. */
export function documentedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "examples-"));
  for (const name of ["examples", "dist"]) symlinkSync(join(root, name), join(folder, name));
  return folder;
}

/** A command of a document that runs until it is ended. */
export class Running {
  out = "";
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly looks = new Set<() => void>();

  constructor(folder: string, program: string, words: string, domain?: string) {
    const env = { ...process.env };
    delete env.ROS_DOMAIN_ID;
    // Set by the npm that runs the tests: paths would be of its folder.
    delete env.INIT_CWD;
    if (domain !== undefined) Object.assign(env, { ROS_DOMAIN_ID: domain });
    this.child = spawn(process.execPath, [join(root, program), ...words.split(" ")], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      // Its own group, as a terminal's: an interrupt reaches all of it.
      detached: true,
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on("data", (chunk) => {
        this.out += String(chunk);
        this.looks.forEach((look) => look());
      });
    }
    this.ended = once(this.child, "close").then(([status]) => status as number | null);
  }

  /** Resolves with the match of what it prints. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.out);
        if (match) resolve(match);
      };
      this.looks.add(look);
      look();
      void this.ended.then((status) =>
        reject(new Error(`ended with status ${status} before it said ${pattern}: ${this.out}`)),
      );
    });
  }

  async end(signal: NodeJS.Signals = "SIGINT"): Promise<number | null> {
    try {
      process.kill(-this.child.pid!, signal);
    } catch {
      // It has ended already.
    }
    return this.ended;
  }
}
