import fs from "node:fs";
import path from "node:path";
import { emptyFolder, hashFiles, inRoot, stepOf } from "./base.mjs";
import { writeDeclarations } from "./declarations.mjs";
import { writeMessageTypes } from "./message_types.mjs";
import { tool } from "./tool.mjs";

const dist = inRoot("dist");
const configs = ["options", "platform", "pure", "node", "test"].map(
  (name) => `tsconfig.${name}.json`,
);
/** The installed package is compiled without its tests. */
const projects = configs.slice(3).filter((name) => fs.existsSync(inRoot(name)));
const folders = ["msg", "src", "sim", "test", "bench"];
const recipes = ["compilation", "declarations", "message_types"].map(
  (name) => `scripts/setup/${name}.mjs`,
);
const data = ["config", "asconfig.json", "launch/swarm.json", "package-lock.json"];
const inputs = [...folders, ...configs, ...data, ...recipes];

/** A deleted test must not run on: where a source is gone, everything is compiled anew. */
function prune() {
  const compiled = /^((?:src|sim(?!\/web\/)|test|bench)\/.*?)(?:\.d\.ts|\.js|\.js\.map)$/;
  const stems = fs.readdirSync(dist, { recursive: true }).map((file) => compiled.exec(file)?.[1]);
  if (!stems.every((stem) => !stem || fs.existsSync(inRoot(`${stem}.ts`)))) emptyFolder(dist);
}

/** `checked: false` leaves type errors to `npm run lint`: messages' types need a ROS 2. */
async function compile(checked) {
  const tsc = inRoot("node_modules", "typescript", "bin", "tsc");
  const options = ["-b", ...projects.map((name) => inRoot(name)), "--pretty", "false"];
  // tsc skips files older than its last build, also others put in their place. Seen as older than
  // all files, it compares their contents.
  const builds = fs.readdirSync(dist).filter((name) => name.endsWith(".tsbuildinfo"));
  for (const name of builds) fs.utimesSync(path.join(dist, name), 0, 0);
  if (!checked) options.push("--noCheck");
  await tool("Compiling", "tsc", process.execPath, [tsc, ...options]);
}

/** The inner loops of learning: WebAssembly beside the code that calls it (asconfig.json). */
const compileKernels = () =>
  tool("Compiling", "asc", process.execPath, [inRoot("node_modules/assemblyscript/bin/asc.js")]);

/** The web page and all that it imports in one file, so that it needs no outside address. */
async function bundlePage() {
  const output = path.join(dist, "sim", "web");
  fs.rmSync(output, { recursive: true, force: true });
  const entries = ["main.ts", "style.css", "index.html"].map((name) => inRoot("sim", "web", name));
  await tool("Bundling the page", "esbuild", inRoot("node_modules/esbuild/bin/esbuild"), [
    ...[...entries, `--outdir=${output}`, "--bundle", "--minify", "--sourcemap", "--format=esm"],
    ...["--target=es2022", "--legal-comments=linked", "--loader:.html=copy", "--log-level=error"],
  ]);
}

export async function writeTypes() {
  await writeMessageTypes();
  await writeDeclarations();
}

export const compilation = stepOf({
  title: "TypeScript and the web page into dist/",
  folder: dist,
  keeps: true,
  key: () => hashFiles(...inputs),
  run: async ({ checked = false } = {}) => {
    await writeTypes();
    fs.mkdirSync(dist, { recursive: true });
    prune();
    await compile(checked);
    await compileKernels();
    await bundlePage();
  },
});
