/** What every part of the set-up uses: the checkout's folders, what is said, and steps. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const inRoot = (...parts) => path.resolve(root, ...parts);
export const shortPath = (file) => path.relative(root, file);

/** Folders that the set-up makes (git-ignored). */
export const python = inRoot(".ros", "python");
export const interfaces = inRoot(".ros", "interfaces");
/** Below the interfaces: the messages' Python module, wherever this Python keeps its own. */
export const pythonModules = path.join("lib", "python");
export const rclnodejs = inRoot("node_modules", "rclnodejs");

/** An error that a person can put right: shown as its message alone, with exit status 1. */
export class SetupError extends Error {}

const started = performance.now();

/** Progress goes to standard error: standard output belongs to the command that follows. */
export function say(text) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
  process.stderr.write(`setup ${seconds} s  ${text}\n`);
}

/** Runs a script's main function; a SetupError ends it with one sentence, not with a stack. */
export async function main(run) {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** The hash of a JSON value. A step's key is the hash of all its inputs. */
export const hashOf = (value) => createHash("sha256").update(JSON.stringify(value)).digest("hex");

/** Names and contents of the checkout's files and folders (missing ones too) as one hash. */
export function hashFiles(...names) {
  const hash = createHash("sha256");
  const add = (file) => {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      // What is generated follows from the rest.
      const names = fs.readdirSync(file).filter((name) => name !== "generated");
      for (const name of names.sort()) add(path.join(file, name));
    } else {
      const content = stat ? fs.readFileSync(file) : Buffer.alloc(0);
      hash.update(`${file}\0${stat ? content.length : "missing"}\0`).update(content);
    }
  };
  names.forEach((name) => add(inRoot(name)));
  return hash.digest("hex");
}

/** Writes a source file that is not kept in git, if it would be another one. */
export function writeGenerated(text, ...parts) {
  const file = inRoot(...parts);
  if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === text) return;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

export const stampIn = (folder) => path.join(folder, ".setup-stamp");

export function emptyFolder(folder) {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  fs.mkdirSync(folder, { recursive: true });
}

/**
 * A step that fills a folder and marks it at last with the key of its inputs. It is current while
 * they are the same and `isThere` finds what it made. What changes meanwhile has another key.
 * @param keeps whether what is in the folder before stays
 */
export function stepOf({ title, folder, keeps = false, key, isThere = () => true, run }) {
  const stamp = stampIn(folder);
  return {
    title,
    isCurrent: () => fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === key() && isThere(),
    run: async (options) => {
      const inputs = key();
      fs.rmSync(stamp, { force: true });
      if (!keeps) emptyFolder(folder);
      await run(options);
      fs.writeFileSync(stamp, inputs);
    },
  };
}
