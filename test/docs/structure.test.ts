/** What documents say of the package's structure is so: folders, links, topics, messages, words of messages. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  PAUSE_SERVICE,
  RELOAD_SERVICE,
  RESET_SERVICE,
  STEP_SERVICE,
  TOPICS,
  WORLD_RESET_SERVICE,
} from "../../src/ros/topics";
import { chunksOf, deadLinksOf, DOCUMENTS, read, root } from "./documents";

const foldersIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${join(folder, name)}/`);

/** The cells of a document's table rows whose first cell is code: `name`. */
const rowsOf = (text: string): string[][] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("\\", "")),
    );

const section = (text: string, heading: string): string => {
  const level = heading.split(" ")[0];
  const [, after = ""] = text.split(`\n${heading}\n`);
  return after.split(new RegExp(`\\n#{1,${level.length}} `))[0];
};

describe("README.md", () => {
  const text = read("README.md");

  test("has at most 200 lines of at most 120 characters", () => {
    const lines = text.split("\n");
    expect(lines.length).toBeLessThanOrEqual(201);
    const wide = lines.filter((line) => line.length > 120 && !line.startsWith("!["));
    expect(wide).toEqual([]);
  });

  test("its figures are those of docs/benchmarks.md", () => {
    const figures = section(text, "## Figures")
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(2)
      .flatMap((row) => row.split("|")[2].match(/\d[\d.]*/g) ?? []);
    const told: readonly string[] = read("docs/benchmarks.md").match(/\d[\d.]*/g) ?? [];
    expect(figures.length).toBeGreaterThan(8);
    expect(figures.filter((figure) => !told.includes(figure))).toEqual([]);
  });

  test("its architecture names the folders that there are, and no other", () => {
    const plan = section(text, "## Architecture");
    const named = [...plan.matchAll(/^([\w/]+\/) {2,}\S/gm)].map(([, folder]) => folder);
    // Made by the set-up, or by colcon in the checkout.
    const made = read(".gitignore").split("\n");
    const own = foldersIn(".").filter((name) => !/^(\.|src\/$)/.test(name) && !made.includes(name));
    expect(named.sort()).toEqual([...own, ...foldersIn("src")].sort());
  });
});

test.each(DOCUMENTS)("%s links to files and headings that exist", (document) => {
  expect(deadLinksOf(document)).toEqual([]);
});

test.each(DOCUMENTS)("%s names files that exist", (document) => {
  const folders =
    "src|sim|test|scripts|patches|bench|config|launch|scenarios|msg|docs|examples|[.]ci";
  const paths = new RegExp(`\`((?:${folders})/[\\w./-]+)\``, "g");
  const named = [...read(document).matchAll(paths)].map(([, path]) => path);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("each document is in an index", () => {
  const indices = ["README.md", "docs/README.md", "docs/decisions/README.md", "examples/README.md"];
  const linked = indices.map(read).join("\n");
  const isLinked = (document: string): boolean => {
    const [name, folder] = document.split("/").reverse();
    if (folder === undefined) return document === "README.md" || linked.includes(`(${name})`);
    return (
      linked.includes(`${folder}/${name})`) ||
      (name !== "README.md" && linked.includes(`(${name})`))
    );
  };
  const lost = DOCUMENTS.filter((document) => !isLinked(document));
  expect(lost).toEqual([]);
});

describe("docs/topics_and_messages.md", () => {
  const text = read("docs/topics_and_messages.md");

  test("its topics are those of src/ros/topics.ts, with types and QoS", () => {
    const told = rowsOf(section(text, "## Topics")).map(([name, type, , qos]) => [name, type, qos]);
    const wanted = Object.values(TOPICS).map(({ name, type, reliability, durability, depth }) => {
      const latched = durability === "transient_local" ? ["transient local"] : [];
      const qos = [reliability.replace("_", " "), ...latched, String(depth)];
      return [`\`${name.startsWith("/") ? name : `<robot>/${name}`}\``, type, qos.join(", ")];
    });
    expect(told.sort()).toEqual(wanted.sort());
  });

  test("its services are those of src/ros/topics.ts", () => {
    const told = rowsOf(section(text, "## Services")).map(([name]) => name);
    const wanted = [
      RESET_SERVICE,
      RELOAD_SERVICE,
      PAUSE_SERVICE,
      STEP_SERVICE,
      WORLD_RESET_SERVICE,
    ];
    expect(told.sort()).toEqual(wanted.map((name) => `\`${name}\``).sort());
  });

  test.each(readdirSync(join(root, "msg")))(
    "its fields of %s are the file's, with their comments",
    (file) => {
      const fields: string[][] = [];
      for (const line of read(join("msg", file)).split("\n")) {
        const [, type, name, words] = /^([\w/[\]]+) ([a-z]\w*)\s+# (.*)$/.exec(line) ?? [];
        if (name !== undefined) fields.push([`\`${name}\``, type, words]);
        else if (/^ +# /.test(line)) fields.at(-1)![2] += ` ${line.trim().slice(2)}`;
      }
      expect(rowsOf(section(text, `### ${file.replace(".msg", "")}`))).toEqual(fields);
    },
  );
});

test("what troubleshooting and the fault table quote stands in the sources", () => {
  const sources = ["src", "sim", "scripts"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map(String)
      .filter((name) => /\.(ts|mjs|html)$/.test(name))
      .map((name) => read(join(folder, name))),
  );
  const all = sources.join("\n");
  const quoted = chunksOf("docs/troubleshooting.md")
    .flatMap(({ lines }) => [...lines.join(" ").matchAll(/`([^`]+)`/g)].map(([, words]) => words))
    // Names, settings and commands are not messages.
    .filter((words) => / /.test(words) && !/^(npm|ros2|mcap|python3|-p|--host) /.test(words));
  const faults = section(read("docs/operations_and_faults.md"), "## Faults")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .flatMap((row) => [...row.split("|")[3].matchAll(/`([^`]+)`/g)].map(([, words]) => words));
  expect(quoted.length).toBeGreaterThan(25);
  expect(faults.length).toBeGreaterThan(10);
  expect([...new Set([...quoted, ...faults])].filter((words) => !all.includes(words))).toEqual([]);
});
