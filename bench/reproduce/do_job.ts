/** A process that does one job and writes its file. */
import { cpus } from "node:os";
import { InvalidInputError, reasonOf } from "../../src/base/errors";
import { jobSchema } from "./jobs";
import { Store } from "./store";
import { Work } from "./work";

/** A model's name holds what CSV does not. */
function machineName(versions: readonly string[]): string {
  const [{ model } = { model: "" }] = cpus();
  const name = model.replace(/[,"]/g, " ").trim() || process.arch;
  return [`${name} x ${cpus().length}`, `Node.js ${process.version}`, ...versions].join("; ");
}

async function main([text, folder]: readonly string[]): Promise<void> {
  const job = jobSchema.parse(JSON.parse(text));
  const { rows, times, versions } = await new Work(job).do();
  const machine = machineName(versions);
  new Store(folder).keep(job, { rows, times: times.map((row) => ({ ...row, machine })) });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isKnown = error instanceof InvalidInputError || !(error instanceof Error);
  process.stderr.write(`${isKnown ? reasonOf(error) : error.stack}\n`);
  process.exitCode = 1;
});
