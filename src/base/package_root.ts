/** Where the package's own files are: the checkout, or share/alternating_marl when installed. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of package.json. @throws Error when no folder above this file has one */
export function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("package.json was not found above the program's files");
    folder = parent;
  }
  return folder;
}
