/** `npm run bench`: measures the figures that the documents quote. */
import { benchFit } from "./fit";
import { benchImperfections } from "./imperfections";
import { benchNodes } from "./nodes";
import { benchPage } from "./page";
import { benchWorld } from "./world";

const SECTIONS: Record<string, () => void | Promise<void>> = {
  world: benchWorld,
  nodes: benchNodes,
  page: benchPage,
  imperfections: benchImperfections,
  fit: benchFit,
};

async function main(names = Object.keys(SECTIONS)): Promise<void> {
  const unknown = names.find((name) => !(name in SECTIONS));
  if (unknown === undefined) {
    for (const name of names) await SECTIONS[name]();
    return;
  }
  process.stderr.write(
    `there is no bench "${unknown}"; give some of ${Object.keys(SECTIONS).join(", ")}, or none for all\n`,
  );
  process.exitCode = 2;
}

void main(process.argv.length > 2 ? process.argv.slice(2) : undefined);
