/**
 * `npm run fit`: estimates a scenario's arrays from recordings of a swarm, in whatever world it is, and
 * writes the policy by which a swarm tries everything.
 */
import { basename } from "node:path";
import type { Game } from "../game/model";
import { loadScenario } from "../game/scenario_file";
import { PACKAGE_VERSION } from "../learning/version";
import { encodePolicy, savePolicy } from "../policy/policy_file";
import { compareArrays, epochsUntil } from "./counts";
import { COMMANDS } from "./generated/commands";
import { type OptionValues, requireWritable, runCommand, UsageError } from "./options";
import { explorer, readRecordings } from "./recorded";
import { tellArrays } from "./told_arrays";

type Options = OptionValues<typeof COMMANDS.fit.options>;

/** Writes the policy by which a swarm tries everything. */
function writeExplorer(file: string, game: Game, json: boolean): void {
  requireWritable("--explore", file);
  const pair = explorer(game);
  const of = { scenario: game.name, scenarioSha256: game.sha256, discount: game.discount };
  const how = { backup: "sampled", backupError: 0, packageVersion: PACKAGE_VERSION } as const;
  const metadata = { ...of, ...how, tableSize: pair.tableSize, population: 1, seed: 0 };
  savePolicy(file, encodePolicy(pair, metadata, game));
  const next = `as by npm start -- --policy ${file} --record FILE`;
  const said = `Written: ${file}. Let a swarm act by it and record that, ${next}`;
  process.stdout.write(`${json ? JSON.stringify({ scenario: game.name, file }) : said}\n`);
}

export async function main(options: Options): Promise<void> {
  const { recording: recordings, scenario, write, prior, error, explore, json } = options;
  if (write !== undefined) requireWritable("--write", write);
  const game = loadScenario(scenario);
  if (explore !== undefined) return writeExplorer(explore, game, json);
  if (!recordings) throw new UsageError("no recording is given; name one or more, see --help");
  const found = compareArrays(game, await readRecordings(recordings, game), prior);
  const rows = [...found.global.rows, ...found.local.rows];
  const unseen = rows.filter(({ samples }) => samples === 0).map(({ row }) => row);
  const { epochs, moreEpochs, slowestRow } = epochsUntil(error, found);
  const until = `until the sampling error of each row that was seen is ${error}`;
  const more = `${moreEpochs} more like these are worth recording, ${until}; ${slowestRow} takes longest.`;
  const files = recordings.map((file) => basename(file)).join(" ");
  tellArrays(options, game, found, {
    note: `Estimated from recordings: npm run fit -- ${files} --prior ${prior}`,
    how: { recordings, prior, error, epochs, moreEpochs, slowestRow, unseen },
    line: `${epochs} epochs were counted. ${moreEpochs > 0 ? more : `That is enough ${until}.`}`,
  });
}

if (require.main === module) void runCommand(COMMANDS.fit, main);
