/** What `npm pack` holds is enough for `import "alternating_marl"`, tried elsewhere. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./checkout";

let folder: string;
let files: string[];

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: "utf8" });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "npm-package-"));
  const packed = run("npm", ["pack", "--json", "--pack-destination", folder], root);
  const [{ filename, files: held }] = JSON.parse(packed) as {
    filename: string;
    files: { path: string }[];
  }[];
  files = held.map(({ path }) => path);
  const place = join(folder, "node_modules", "alternating_marl");
  mkdirSync(place, { recursive: true });
  run("tar", ["-xzf", join(folder, filename), "-C", place, "--strip-components=1"], folder);
  // The packages that npm would install with it.
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("it holds no test, no bench and no source", () => {
  const folders = new Set(files.map((file) => file.split("/").slice(0, 2).join("/")));
  expect(
    [...folders].filter((path) => /test|bench|python|^src|^sim|^dist\/(?!src)/.test(path)),
  ).toEqual([]);
  expect(files).toEqual(
    expect.arrayContaining(["README.md", "LICENSE", "scenarios/warehouse.yaml"]),
  );
});

test("a program elsewhere learns and evaluates with it", () => {
  const program = `
    import { evaluate, learn, parseScenario } from "alternating_marl";
    import { readFileSync } from "node:fs";
    const file = "node_modules/alternating_marl/scenarios/dock_dispatch.yaml";
    const game = parseScenario(readFileSync(file, "utf8"), file);
    const { pair } = await learn(game, { tableSize: 1, population: 5, seed: 0 });
    const result = evaluate(game, { pair }, { population: 5, rollouts: 10, seed: 1 });
    console.log(typeof result.return.mean);
  `;
  const args = ["--input-type=module", "-e", program];
  expect(run(process.execPath, args, folder).trim()).toBe("number");
});

test("its types are found there", () => {
  const text = `import { type Game, parseScenario } from "alternating_marl";
const game: Game = parseScenario("", "nothing");
const wrong: number = game.name;
`;
  writeFileSync(join(folder, "typed.ts"), text);
  const args = [join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "--strict"];
  const options = ["--module", "nodenext", "--skipLibCheck", "typed.ts"];
  const said = (): string => {
    try {
      return run(process.execPath, [...args, ...options], folder);
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };
  expect(said().trim().split("\n")).toEqual([
    expect.stringMatching(/^typed.ts\(3,7\): error TS2322: Type 'string' is not assignable/),
  ]);
});
