/** The folder of results: jobs/ holds a file for each job that is done; and what is written of all. */
import { copyFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InvalidInputError, reasonOf } from "../../src/base/errors";
import { writableFolder } from "../../src/base/folders";
import { readText } from "../../src/base/platform";
import { writeWhole } from "../../src/base/whole_file";
import { type Job, nameOf } from "./jobs";

const text = z.string().regex(/^[^,"\n]+$/, "is empty or holds a comma or a quote");
const columns = {
  study: text,
  scenario: text,
  /** Of a figure. */
  line: text,
  /** What the study varies: robots asked, robots, epochs of experience. */
  x: z.number(),
  seed: z.number(),
  measure: text,
  value: z.number(),
  /** Standard error within the job; 0 where it is no mean. */
  error: z.number(),
};
const resultsSchema = z.strictObject({
  rows: z.array(z.strictObject(columns)),
  /** What another run gives otherwise: times and memory, with the machine that they are of. */
  times: z.array(z.strictObject({ ...columns, machine: text })),
});
export type Results = z.infer<typeof resultsSchema>;
export type Row = Results["rows"][number];

/** With a first line of names. */
export const csvOf = (rows: readonly Row[], isTimed = false): string =>
  [
    [...Object.keys(columns), ...(isTimed ? ["machine"] : [])],
    ...rows.map((row) => Object.values(row)),
  ]
    .map((cells) => `${cells.join(",")}\n`)
    .join("");

export class Store {
  /** @throws InvalidInputError where the folder cannot be made */
  constructor(readonly folder: string) {
    for (const part of ["jobs", "figures"]) {
      if (writableFolder(join(this.folder, part)) !== undefined) continue;
      throw new InvalidInputError(
        `--out ${this.folder} cannot be made or written to; name a folder that you may write to`,
      );
    }
  }

  has(job: Job): boolean {
    return statSync(this.fileOf(job), { throwIfNoEntry: false })?.isFile() ?? false;
  }

  keep(job: Job, results: Results): void {
    const json = JSON.stringify(resultsSchema.parse(results));
    writeWhole(this.fileOf(job), json, "the job's results");
  }

  /** @throws InvalidInputError where a file is none of these results */
  resultsOf(jobs: readonly Job[]): Results {
    const all = jobs.map((job) => {
      const file = this.fileOf(job);
      try {
        return resultsSchema.parse(JSON.parse(readText(file)));
      } catch (error) {
        throw new InvalidInputError(
          `${file} does not hold results: ${reasonOf(error)}; remove it, and its job is done again`,
        );
      }
    });
    return { rows: all.flatMap(({ rows }) => rows), times: all.flatMap(({ times }) => times) };
  }

  /** Takes over what was done elsewhere. @throws InvalidInputError where that is no such folder */
  takeFrom(folder: string): void {
    try {
      for (const name of readdirSync(join(folder, "jobs"))) {
        if (name.endsWith(".json"))
          copyFileSync(join(folder, "jobs", name), join(this.folder, "jobs", name));
      }
    } catch (error) {
      throw new InvalidInputError(
        `--merge ${folder} cannot be read: ${reasonOf(error)}; name folders that --shard wrote`,
      );
    }
  }

  write(name: string, contents: string): void {
    writeWhole(join(this.folder, name), contents, "the report");
  }

  private fileOf(job: Job): string {
    return join(this.folder, "jobs", `${nameOf(job)}.json`);
  }
}
