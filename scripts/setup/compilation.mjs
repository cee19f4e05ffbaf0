import fs from "node:fs";
import path from "node:path";
import { writeMessageTypes } from "./message_types.mjs";
import { dist, inRoot } from "./paths.mjs";
import { hashFiles, hashOf, isStamped, stamp, unstamp } from "./stamp.mjs";
import { tool } from "./tool.mjs";

/** The installed package is compiled without its tests. */
const projects = [
  "tsconfig.node.json",
  ...(fs.existsSync(inRoot("test")) ? ["tsconfig.test.json"] : []),
];
const configs = ["options", "platform", "pure", "node"].map((name) => `tsconfig.${name}.json`);
const folders = ["msg", "src", "sim", "test", "bench"];
const sources = [...folders, ...configs, ...projects, "package-lock.json"];
const recipes = ["scripts/setup/compilation.mjs", "scripts/setup/message_types.mjs"];
const key = () => hashOf([hashFiles(...[...sources, ...recipes].map((name) => inRoot(name)))]);

/** What tsc remembers of its last build of each project. */
const builds = () =>
  (fs.existsSync(dist) ? fs.readdirSync(dist) : [])
    .filter((name) => name.endsWith(".tsbuildinfo"))
    .map((name) => path.join(dist, name));

/** Removes what was compiled from a source that is gone: a deleted test must not run on. */
function prune() {
  const files = fs.existsSync(dist) ? fs.readdirSync(dist, { recursive: true }) : [];
  const compiled = /^((?:src|sim(?!\/web\/)|test|bench)\/.*?)(?:\.d\.ts|\.js|\.js\.map)$/;
  for (const file of files) {
    const stem = compiled.exec(file)?.[1];
    if (!stem || fs.existsSync(inRoot(`${stem}.ts`))) continue;
    fs.rmSync(path.join(dist, file));
    // If the source comes back, tsc must not think that its output is there.
    for (const info of builds()) fs.rmSync(info);
  }
}

/** `checked: false` leaves type errors to `npm run lint`: messages' types need a ROS 2. */
async function compile(checked) {
  const tsc = inRoot("node_modules", "typescript", "bin", "tsc");
  const options = ["-b", ...projects.map((name) => inRoot(name)), "--pretty", "false"];
  // tsc skips files older than its last build, also others put in their place. Seen as older than
  // all files, it compares their contents.
  for (const info of builds()) fs.utimesSync(info, 0, 0);
  if (!checked) options.push("--noCheck");
  await tool("Compiling", process.execPath, [tsc, ...options], { log: "tsc" });
}

/** The inner loops of learning: WebAssembly beside the code that calls it. */
async function compileKernels() {
  const asc = inRoot("node_modules", "assemblyscript", "bin", "asc.js");
  const output = path.join(dist, "src", "base", "kernels.wasm");
  const memory = ["--importMemory", "--sharedMemory", "--initialMemory", "1"];
  const options = [
    ...["--outFile", output, "-O3", "--noAssert", "--runtime", "stub"],
    ...["--enable", "simd", "--enable", "threads", ...memory, "--maximumMemory", "65536"],
  ];
  const source = path.join("src", "base", "assembly", "kernels.ts");
  await tool("Compiling", process.execPath, [asc, source, ...options], { log: "asc" });
}

/** The web page and all that it imports in one file, so that it needs no outside address. */
async function bundlePage() {
  const output = path.join(dist, "sim", "web");
  fs.rmSync(output, { recursive: true, force: true });
  const { build } = await import("esbuild");
  await build({
    entryPoints: ["main.ts", "style.css", "index.html"].map((name) => inRoot("sim", "web", name)),
    outdir: output,
    bundle: true,
    minify: true,
    sourcemap: true,
    format: "esm",
    target: "es2022",
    legalComments: "linked",
    loader: { ".html": "copy" },
    logLevel: "silent",
  });
}

export async function compileAll({ checked }) {
  await writeMessageTypes();
  const inputs = key();
  unstamp(dist);
  prune();
  await compile(checked);
  await compileKernels();
  await bundlePage();
  // Sources that changed meanwhile have another key, and are compiled at the next start.
  stamp(dist, inputs);
}

export const compilation = {
  title: "TypeScript and the web page into dist/",
  isCurrent: () => isStamped(dist, key()),
  run: () => compileAll({ checked: false }),
};
