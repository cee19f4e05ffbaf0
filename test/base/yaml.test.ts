import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readText } from "../../src/base/platform";
import { parseYaml } from "../../src/base/yaml";

test("merge keys hold, and a row may be repeated in a long file", () => {
  const merged = "base: &base { a: 1, b: 2 }\nmine:\n  <<: *base\n  b: 3\n";
  expect(parseYaml(merged)).toMatchObject({ mine: { a: 1, b: 3 } });
  const rows = `row: &row [0.5, 0.5]\nrows:\n${"  - *row\n".repeat(5000)}`;
  expect((parseYaml(rows) as { rows: unknown[] }).rows).toHaveLength(5000);
});

test("names of names, which grow without end, are refused", () => {
  const levels = [..."bcdefghij"].map((name, i) => {
    const before = "abcdefghij"[i];
    return `${name}: &${name} [${Array(9).fill(`*${before}`).join(",")}]`;
  });
  expect(() => parseYaml(["a: &a [x]", ...levels].join("\n"))).toThrow(/alias/);
});

test.each([
  ["\r\n line ends", Buffer.from("a: 1\r\nb: 2\r\n")],
  ["\r line ends", Buffer.from("a: 1\rb: 2\r")],
  ["a mark", Buffer.from("\ufeffa: 1\nb: 2\n")],
  ["UTF-16", Buffer.from("\ufeffa: 1\nb: 2\n", "utf16le")],
  ["UTF-16, the other way", Buffer.from("\ufeffa: 1\nb: 2\n", "utf16le").swap16()],
  ["a document's start", Buffer.from("%YAML 1.2\n---\na: 1\nb: 2\n...\n")],
])("a file with %s is read", (_what, bytes) => {
  const folder = mkdtempSync(join(tmpdir(), "yaml-"));
  try {
    writeFileSync(join(folder, "a.yaml"), bytes);
    expect(parseYaml(readText(join(folder, "a.yaml")))).toEqual({ a: 1, b: 2 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
