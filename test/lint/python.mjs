/** Checks all Python files by ruff's rules and format: part of `npm run lint`. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { PositionEncoding, Workspace } from "@astral-sh/ruff-wasm-nodejs";

const ruff = new Workspace(
  {
    "line-length": 100,
    "target-version": "py312",
    lint: { select: ["E4", "E7", "E9", "F", "B", "W"] },
  },
  PositionEncoding.Utf32,
);
const isFixing = process.argv.includes("--fix");
const files = execFileSync("git", ["ls-files", "*.py"], { encoding: "utf8" }).trim().split("\n");
for (const file of files) {
  const text = fs.readFileSync(file, "utf8");
  const formatted = ruff.format(text);
  if (isFixing) fs.writeFileSync(file, formatted);
  const found = ruff
    .check(isFixing ? formatted : text)
    .map(({ code, message, start_location: at }) => `${at.row}:${at.column} ${code} ${message}`);
  if (formatted !== text && !isFixing) {
    found.push("is not formatted; run: node test/lint/python.mjs --fix");
  }
  for (const what of found) console.error(`${file}:${what}`);
  if (found.length > 0) process.exitCode = 1;
}
