/** The documents as tests look at them: their commands, programs and links. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { packageRoot } from "../../src/base/package_root";

export const root = packageRoot();

export const read = (file: string): string => readFileSync(join(root, file), "utf8");

const markdownIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith(".md"))
    .sort();

/** Every document, by its path from the package's root. */
export const DOCUMENTS: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  ...markdownIn("docs"),
  ...markdownIn("examples"),
];

/** Lines that belong together: a paragraph, a table, or a fenced block. */
export interface Chunk {
  readonly document: string;
  /** Of the fence's opening line, such as sh; undefined: not a fenced block. */
  readonly language: string | undefined;
  readonly lines: readonly string[];
  /** Whether it says, or the paragraph right before it says, "not run here: ...". */
  readonly isNotRun: boolean;
}

const FENCE = /^```(\w*)$/;
const NOT_RUN = /not run here: \S/i;

export function chunksOf(document: string): Chunk[] {
  const found: Chunk[] = [];
  let lines: string[] = [];
  let language: string | undefined;
  const close = (): void => {
    if (lines.length === 0) return;
    const before = found.at(-1);
    const isAfterMark = before?.language === undefined && says(before?.lines ?? [], NOT_RUN);
    found.push({ document, language, lines, isNotRun: isAfterMark || says(lines, NOT_RUN) });
    lines = [];
  };
  for (const line of read(document).split("\n")) {
    const fence = FENCE.exec(line);
    if (fence) {
      close();
      language = language === undefined ? fence[1] : undefined;
    } else if (line === "" && language === undefined) close();
    else lines.push(line);
  }
  close();
  return found;
}

const says = (lines: readonly string[], words: RegExp): boolean => words.test(lines.join(" "));

/** A command that a document tells the reader to give. */
export interface Command {
  readonly document: string;
  readonly text: string;
  readonly isNotRun: boolean;
}

/** Commands of this checkout or of ROS 2 that stand in a line of text, with options or arguments. */
const IN_TEXT = /`((?:[A-Z_]+=\S+ )?(?:npm|npx|node|python3|ros2|colcon|git|mcap) [^`]+)`/g;

/** Names a tool and gives it nothing to do, such as `npm start` or `ros2 launch`. */
const isName = (text: string): boolean => !/ -|:=|<|\.(py|js|yaml)\b/.test(text);

export function commandsOf(chunk: Chunk): Command[] {
  const { document, language, isNotRun } = chunk;
  if (language === undefined) {
    const text = chunk.lines.map((line) => line.trim()).join(" ");
    return [...text.matchAll(IN_TEXT)]
      .map(([, command]) => command)
      .filter((command) => !isName(command))
      .map((command) => ({ document, text: command, isNotRun }));
  }
  if (language !== "sh") return [];
  return chunk.lines
    .map((line) => line.replace(/(^|\s+)#.*$/, "").trim())
    .filter((line) => line !== "")
    .map((text) => ({ document, text, isNotRun }));
}

/** The names of npm scripts that stand in a line of text without arguments. */
export function scriptsNamedIn(document: string): string[] {
  return [...read(document).matchAll(/`npm (?:run ([\w:-]+)|(start|test))`/g)].map(
    ([, script, short]) => script ?? short,
  );
}

/** As GitHub makes them of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

function anchorsOf(document: string): string[] {
  return chunksOf(document)
    .filter(({ language }) => language === undefined)
    .flatMap(({ lines }) => lines)
    .map((line) => /^#+ (.*)$/.exec(line)?.[1])
    .filter((heading) => heading !== undefined)
    .map(anchorOf);
}

/** Links of a document to places in this package that are not there. */
export function deadLinksOf(document: string): string[] {
  const text = chunksOf(document)
    .filter(({ language }) => language === undefined)
    .flatMap(({ lines }) => lines)
    .join("\n");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^https?:/.test(target))
    .filter((target) => {
      const [path, anchor] = target.split("#");
      const file = path === "" ? document : relative(root, join(root, dirname(document), path));
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchorsOf(file).includes(anchor);
    });
}
