import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** The hash of a JSON value. A step's key is the hash of all its inputs. */
export const hashOf = (value) => createHash("sha256").update(JSON.stringify(value)).digest("hex");

/** Names and contents of files and folders (missing ones too) as one hash. */
export function hashFiles(...entries) {
  const hash = createHash("sha256");
  const add = (file) => {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      for (const name of fs.readdirSync(file).sort()) add(path.join(file, name));
    } else {
      const content = stat ? fs.readFileSync(file) : Buffer.alloc(0);
      hash.update(`${file}\0${stat ? content.length : "missing"}\0`).update(content);
    }
  };
  entries.forEach(add);
  return hash.digest("hex");
}

const stampIn = (folder) => path.join(folder, ".setup-stamp");

/** Whether the folder was finished from inputs with this key. */
export function isStamped(folder, key) {
  try {
    return fs.readFileSync(stampIn(folder), "utf8") === key;
  } catch {
    return false;
  }
}

/** Marks a folder as finished, atomically: the last act of a step. */
export function stamp(folder, key) {
  const temporary = `${stampIn(folder)}.${randomUUID()}`;
  fs.writeFileSync(temporary, key, { flag: "wx" });
  fs.renameSync(temporary, stampIn(folder));
}

export function unstamp(folder) {
  fs.rmSync(stampIn(folder), { force: true });
}

export function emptyFolder(folder) {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  fs.mkdirSync(folder, { recursive: true });
}
