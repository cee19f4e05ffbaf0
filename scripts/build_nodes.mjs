/**
 * Builds the nodes of an installed package; called by CMake (colcon build), not by npm.
 * Usage: node build_nodes.mjs FOLDER. Copies the sources to FOLDER/package, sets them up there as
 * `npm run setup` does, and leaves what is to be installed in FOLDER/runtime.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const source = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = path.resolve(process.argv[2]);
const copy = path.join(folder, "package");
const runtime = path.join(folder, "runtime");

/** The set-up's inputs; tests and benches are not installed. */
const sources = [
  ...["package.json", "package-lock.json", ".npmrc", "package.xml", "asconfig.json"],
  ...["options", "platform", "pure", "node"].map((name) => `tsconfig.${name}.json`),
  ...["CMakeLists.txt", "requirements.txt", "requirements-sdist.txt"],
  ...["config", "launch", "scripts", "src", "sim", "msg", "scenarios", "patches"],
];

/** Read at run time, besides code and packages. */
const data = ["package.json", "scenarios", "msg", "LICENSE"];

function copyEach(names, from, to) {
  for (const name of names) {
    // A file that was removed from the sources must not stay in the copy.
    fs.rmSync(path.join(to, name), { recursive: true, force: true });
    fs.cpSync(path.join(from, name), path.join(to, name), { recursive: true });
  }
}

/** All packages of package-lock.json but those for development. */
function copyPackages() {
  const lock = JSON.parse(fs.readFileSync(path.join(copy, "package-lock.json"), "utf8"));
  for (const [name, entry] of Object.entries(lock.packages)) {
    const from = path.join(copy, name);
    if (name === "" || entry.dev || entry.devOptional || !fs.existsSync(from)) continue;
    // The lock file lists nested packages too, so each is copied by itself.
    const nested = path.join(from, "node_modules");
    const filter = (file) => file !== nested;
    fs.cpSync(from, path.join(runtime, name), { recursive: true, filter });
  }
}

fs.mkdirSync(copy, { recursive: true });
copyEach(sources, source, copy);
// make's own variables would make the set-up's builds wait for its job server.
for (const name of ["MAKEFLAGS", "MFLAGS", "MAKELEVEL"]) delete process.env[name];
const ofCopy = (name) => import(pathToFileURL(path.join(copy, "scripts", name)).href);
const { setup } = await ofCopy("setup.mjs");
const { main } = await ofCopy("setup/base.mjs");
await main(async () => {
  await setup({ ros: true });
  fs.rmSync(runtime, { recursive: true, force: true });
  copyEach(data, source, runtime);
  copyEach(["src", "sim"], path.join(copy, "dist"), path.join(runtime, "dist"));
  copyPackages();
});
