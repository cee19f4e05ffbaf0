/** A real swarm for tests: the processes of `npm start`, in a ROS domain of their own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  environmentOf as swarmEnvironment,
  type ProcessSpec,
  type RunSummary,
  type SwarmEvents,
  SwarmProcesses,
} from "../../src/cli/swarm_processes";
import type { ParameterMap } from "../../src/cli/swarm_description";
import { COMMANDS } from "../../src/cli/generated/commands";
import { parseOptions } from "../../src/cli/options";
import { type SwarmSettings, swarmSpecs } from "../../src/cli/start_options";
import type { Game, PolicyPair } from "../../src/game/model";
import { packageRoot } from "../../src/base/package_root";
import { loadScenario } from "../../src/game/scenario_file";
import { obtainPolicy } from "../../src/nodes/learned_policy";
import {
  encodePolicy,
  type LoadedPolicy,
  loadPolicy,
  savePolicy,
} from "../../src/policy/policy_file";
import { claimDomain, type Domain } from "../../src/ros/domain";
import { madeMetadata } from "../policy/policies";
import { eventually, within } from "./wait";

export interface SwarmOptions extends Partial<SwarmSettings> {
  /** Parameters over those of `npm start`, by process. */
  readonly overrides?: Readonly<Record<string, ParameterMap>>;
  /** Other programs in place of a process's own (compiled file below dist/). */
  readonly programs?: Readonly<Record<string, string>>;
  /** Processes left out. */
  readonly without?: readonly string[];
  readonly tableSize?: number;
  /** The pair followed in place of one learned. */
  readonly pair?: (game: Game) => PolicyPair;
  /** Namespace of the whole swarm, without slashes. */
  readonly fleet?: string;
  /** Another swarm, whose ROS domain it shares; it ends later. */
  readonly beside?: Pick<Swarm, "environment">;
  /** Awaited before the processes start: a peer can be there from the beginning. */
  readonly before?: (environment: NodeJS.ProcessEnv) => Promise<unknown>;
}

export interface Swarm {
  readonly game: Game;
  readonly policy: LoadedPolicy;
  readonly settings: SwarmSettings;
  /** For peers in the same ROS domain. */
  readonly environment: NodeJS.ProcessEnv;
  /** File with one JSON line an epoch. */
  readonly trace: string;
  /** The simulator's summary, once it has run for `seconds`. */
  readonly summary: Promise<RunSummary>;
  /** Resolves with the address of the page that was started last. */
  readonly page: Promise<string>;
  /** Resolves when so many epochs were rewarded; rejects when no further one is. */
  epochs(count: number): Promise<void>;
  kill(name: string, signal: NodeJS.Signals): void;
  /** Process id. */
  pid(name: string): number;
  /** Starts one process again that was killed, or a second one of its kind under another name. */
  restart(name: string, as?: string): void;
  /**
   * Starts again what was killed, continues what was stopped, and ends what was added. Throws where
   * a process has died that nobody killed.
   */
  heal(): void;
  readonly deaths: string[];
  /** The deaths of processes that no test has killed. */
  readonly crashes: readonly string[];
  /** How a process ended ("with status 0"), once it has. */
  exit(name: string): Promise<string>;
  /** Ends every process and removes every file. */
  end(): Promise<void>;
}

const DEFAULTS: SwarmSettings = {
  ...parseOptions(COMMANDS.start, []),
  ...{ world: "abstract", epoch: 6, port: 0, headless: true },
};

const TRACED: Readonly<Record<string, string>> = {
  simulator: "test/graph/fixtures/traced_simulator.js",
};
/** Programs of a swarm whose abstract world takes its time, where a test needs no other. */
export const PACED = { simulator: "test/graph/fixtures/paced_simulator.js" };

const ENDING: readonly NodeJS.Signals[] = ["SIGKILL", "SIGTERM", "SIGINT"];
/** Longest wait for the reward of the next epoch, and of the first one after the start, s. */
const EPOCH_WITHIN_S = 40;

interface Later<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

function later<T>(): Later<T> {
  let resolve: Later<T>["resolve"] = () => undefined;
  let reject: Later<T>["reject"] = () => undefined;
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  // An error reaches those who wait; it is not unhandled when nobody does.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** For processes in a ROS domain of their own. */
export function environmentOf(domain: Domain): NodeJS.ProcessEnv {
  // Tests stay on this machine, whatever the user has set.
  return { ...swarmEnvironment(domain.id), ROS_AUTOMATIC_DISCOVERY_RANGE: "LOCALHOST" };
}

const learned = new Map<string, ReturnType<typeof obtainPolicy>>();

/** The policy of `npm start`; swarms that start at the same time learn it once. */
function policyFor(
  game: Game,
  tableSize: number,
  population: number,
): ReturnType<typeof obtainPolicy> {
  const key = `${game.sha256}/${tableSize}/${population}`;
  const cache = join(packageRoot(), ".cache", "policies");
  const policy = learned.get(key) ?? obtainPolicy(game, { tableSize, population, seed: 0, cache });
  learned.set(key, policy);
  return policy;
}

function saved(pair: PolicyPair, game: Game, file: string): { file: string; policy: LoadedPolicy } {
  const tableSize = "tableSize" in pair ? pair.tableSize : undefined;
  savePolicy(file, encodePolicy(pair, madeMetadata(game, tableSize), game));
  return { file, policy: loadPolicy(file) };
}

/** The processes that a test told to end. */
class Killed {
  private readonly ids = new Set<number>();
  /** Names of those that have not died yet. */
  private readonly dying: string[] = [];

  add(name: string, id: number): void {
    if (!this.ids.has(id)) this.dying.push(name);
    this.ids.add(id);
  }

  has(id: number): boolean {
    return this.ids.has(id);
  }

  /** A process of this name has died: whether it was told to. */
  hasDied(name: string): boolean {
    const i = this.dying.indexOf(name);
    if (i >= 0) this.dying.splice(i, 1);
    return i >= 0;
  }
}

/** What a swarm's processes have told, and how they have ended. */
class Follower {
  readonly summary = later<RunSummary>();
  /** Of the one that was started last. */
  page = later<string>();
  readonly deaths: string[] = [];
  readonly crashes: string[] = [];
  readonly killed = new Killed();
  /** Epochs. */
  rewarded = 0;
  private readonly exits: ReadonlyMap<string, Later<string>>;

  constructor(names: readonly string[]) {
    this.exits = new Map(names.map((name) => [name, later<string>()]));
  }

  readonly events: SwarmEvents = {
    onReport: (report) => {
      if (report.type === "summary") this.summary.resolve(report.summary);
      if (report.type === "page") this.showPage(report.url);
      if (report.type === "epoch" && report.reward !== null) this.rewarded++;
    },
    onEnd: (name, how, fate) => {
      this.hearEnd(name, how);
      if (fate !== "fatal") return;
      this.deaths.push(`${name} ${how}`);
      this.summary.reject(new Error(`${name} ended ${how} before the run's summary`));
      if (name === "page") this.page.reject(new Error(`${name} ended ${how} before its page`));
    },
  };

  private showPage(url: string): void {
    this.page.resolve(url);
    this.page = later<string>();
    this.page.resolve(url);
  }

  async exit(name: string): Promise<string> {
    const known = this.exits.get(name);
    if (known === undefined) throw new Error(`no process ${name}`);
    return known.promise;
  }

  async epochs(count: number): Promise<void> {
    while (this.rewarded < count) {
      const next = this.rewarded + 1;
      const what = `the reward of epoch ${next} of ${count}`;
      await eventually(what, () => this.rewarded >= next, EPOCH_WITHIN_S);
    }
  }

  private hearEnd(name: string, how: string): void {
    if (!this.killed.hasDied(name)) this.crashes.push(`${name} ended ${how}`);
    this.exits.get(name)?.resolve(how);
  }
}

/** The processes of `npm start`, as a test wants them. */
function specsOf(
  settings: SwarmSettings,
  { overrides = {}, programs = {}, without = [], fleet }: SwarmOptions,
): ProcessSpec[] {
  return swarmSpecs(settings, [])
    .filter((spec) => !without.includes(spec.name))
    .map((spec) => ({
      ...spec,
      respawn: false,
      namespace: [fleet, spec.namespace].filter(Boolean).join("/") || undefined,
      file: { ...TRACED, ...programs }[spec.name] ?? spec.file,
      parameters: { ...spec.parameters, ...overrides[spec.name] },
    }));
}

/** Starts the processes; returns what tests do to them. */
function run(specs: readonly ProcessSpec[], processes: SwarmProcesses, follower: Follower) {
  const { killed, crashes } = follower;
  const restart = (name: string, as = name): void =>
    processes.start({ ...specs.find((spec) => spec.name === name)!, name: as });
  const pid = (name: string): number => {
    const found = processes.children.get(name)?.pid;
    if (found === undefined) throw new Error(`no process ${name} runs`);
    return found;
  };
  const kill = (name: string, signal: NodeJS.Signals): void => {
    if (ENDING.includes(signal)) killed.add(name, pid(name));
    process.kill(pid(name), signal);
  };
  const heal = (): void => {
    if (crashes.length > 0) throw new Error(`nobody killed it: ${crashes.join(", ")}`);
    for (const name of [...processes.children.keys()]) {
      const isOwn = specs.some((spec) => spec.name === name);
      kill(name, isOwn ? "SIGCONT" : "SIGKILL");
    }
    for (const { name } of specs) {
      const id = processes.children.get(name)?.pid;
      if (id === undefined || killed.has(id)) restart(name);
    }
  };
  for (const spec of specs) processes.start(spec);
  return { restart, pid, kill, heal };
}

export async function startSwarm(options: SwarmOptions = {}): Promise<Swarm> {
  const {
    overrides,
    programs,
    without,
    before,
    tableSize = 10,
    pair,
    fleet,
    beside,
    ...chosen
  } = options;
  const settings = { ...DEFAULTS, ...chosen };
  const game = loadScenario(settings.scenario);
  const folder = mkdtempSync(join(tmpdir(), "swarm-"));
  const { file, policy } = pair
    ? saved(pair(game), game, join(folder, "pair.safetensors"))
    : await policyFor(game, tableSize, settings.robots);
  const trace = join(folder, "trace.jsonl");
  const domain = beside ? undefined : await claimDomain();
  const environment = domain ? environmentOf(domain) : beside!.environment;
  await before?.(environment);
  const specs = specsOf(
    { ...settings, policy: file },
    {
      overrides,
      programs,
      without,
      fleet,
    },
  );
  const follower = new Follower(specs.map(({ name }) => name));
  const processes = new SwarmProcesses({ ...environment, SIMULATOR_TRACE: trace }, follower.events);
  return {
    game,
    policy,
    settings,
    environment,
    trace,
    summary: follower.summary.promise,
    get page() {
      return within("the page's address", follower.page.promise, EPOCH_WITHIN_S);
    },
    deaths: follower.deaths,
    crashes: follower.crashes,
    exit: (name) => follower.exit(name),
    epochs: (count) => follower.epochs(count),
    ...run(specs, processes, follower),
    end: async () => {
      await processes.end();
      domain?.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
