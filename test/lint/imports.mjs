/**
 * The rule "imports": a file reaches only the layers that its own may reach, and no import leads
 * back to the file that it starts from. Types count: a circle of types is one of meanings.
 */
import fs from "node:fs";
import path from "node:path";

const IMPORT = /(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*"(\.[^"]*)"/g;

/** The file that a relative import names; undefined where it is no file of TypeScript. */
function resolve(from, specifier) {
  const to = path.resolve(path.dirname(from), specifier);
  return [`${to}.ts`, path.join(to, "index.ts"), to.replace(/\.js$/, ".ts")].find(fs.existsSync);
}

const known = new Map();
function importsOf(file) {
  if (!known.has(file)) {
    const found = [...fs.readFileSync(file, "utf8").matchAll(IMPORT)];
    known.set(file, found.map(([, specifier]) => resolve(file, specifier)).filter(Boolean));
  }
  return known.get(file);
}

/** The files on the way from `file` to `goal`; undefined where none leads there. */
function wayTo(goal, file, seen = new Set()) {
  if (file === goal) return [file];
  if (seen.has(file)) return undefined;
  seen.add(file);
  for (const next of importsOf(file)) {
    const way = wayTo(goal, next, seen);
    if (way) return [file, ...way];
  }
  return undefined;
}

const isIn = (file, place) => file === place || file.startsWith(`${place}/`);

/** The most precise of the layers (keys of `layers`) that `file` lies in. */
const layerOf = (file, layers) =>
  Object.keys(layers)
    .filter((layer) => isIn(file, layer))
    .sort((a, b) => b.length - a.length)[0];

export default {
  meta: { type: "problem", schema: [{ type: "object" }] },
  create(context) {
    const file = context.filename;
    const named = (to) => path.relative(context.cwd, to).split(path.sep).join("/");
    const [layers] = context.options;
    const layer = layerOf(named(file), layers);
    const check = ({ source }) => {
      const to = source?.value?.startsWith?.(".") && resolve(file, source.value);
      if (!to) return;
      const goal = layerOf(named(to), layers);
      const mayReach = layer === undefined || goal === layer || layers[layer] === "all";
      if (!mayReach && !layers[layer].some((place) => isIn(named(to), place))) {
        const allowed = [layer, ...layers[layer]].join(", ");
        const message = `imports point one way: ${layer} may reach ${allowed} and not ${named(to)}`;
        context.report({ node: source, message });
      }
      const way = wayTo(file, to);
      if (way)
        context.report({
          node: source,
          message: `import cycle: ${[file, ...way].map(named).join(" -> ")}`,
        });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};
