/** Shows a run on the page and hands the page's commands on. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { leadSpotOf } from "../src/game/arena";
import { zoneNames } from "../src/game/kinds";
import { sizesOf } from "../src/game/model";
import { reasonOf } from "../src/base/errors";
import { packageRoot } from "../src/base/package_root";
import { boundSentences, gapsInWords } from "../src/policy/bounds";
import { drawingOf } from "../src/policy/picture";
import { inTurns } from "../src/base/steps";
import { decodeSteps, type LoadedPolicy, requireScenario } from "../src/policy/policy_file";
import { mostPolicyBytes } from "../src/policy/policy_header";
import { steadyMs } from "../src/ros/clock";
import type { Policy } from "../src/ros/messages";
import { bounded, TOPICS } from "../src/ros/topics";
import type { LoopContext } from "./world_topics";
import type { SharedSnapshot } from "./page_hub";
import { readOrigins } from "./page_access";
import { type PageServer, startPageServer } from "./page_server";
import { encodePoses, type EpochReport, MODES, PROTOCOL_VERSION } from "./protocol";
import type { Steering } from "./steering";

/** The world's state is told this often, ms. */
const WORLD_MS = 1000;
/** The world has this many times as long to itself as a picture of the policy takes. */
const REST = 10;
const TOKEN_BYTES = 16;

export interface Viewed extends Omit<LoopContext, "publishPoses" | "onOver"> {
  readonly steering: Steering;
}

function snapshotOf({ run, parameters }: Viewed): SharedSnapshot {
  const { game, robots, fidelity, epochNs } = run.options;
  const { arena } = game;
  // References hold for the population at the start.
  const [random, blind, full] = run.robots.length === robots.length ? parameters.references : [];
  return {
    type: "snapshot",
    version: PROTOCOL_VERSION,
    scenario: game.name,
    fidelity,
    zones: zoneNames(game).map((name, zone) => ({ name, ...arena.zones[zone] })),
    localStates: [...game.localStates],
    leadSpots: game.globalStates.map((name, zone) => ({ name, ...leadSpotOf(arena, zone) })),
    globalActions: [...game.globalActions],
    robotRadius: arena.robot.radius,
    leadRadius: arena.lead.radius,
    robots: [...run.robots],
    epochSeconds: Number(epochNs) / 1e9,
    references: { random, blind, full },
    history: run.history,
  };
}

export class PageView {
  private policy: (LoadedPolicy & { readonly draw: ReturnType<typeof drawingOf> }) | undefined;
  private policiesHeard = 0;
  /** The newest report whose picture is not drawn. */
  private toDraw: EpochReport | undefined;
  private drawing: Promise<void> | undefined;
  private readonly timer: NodeJS.Timeout;

  static async start(viewed: Viewed): Promise<PageView> {
    const { node, parameters, steering } = viewed;
    const server = await startPageServer({
      host: parameters.host,
      port: parameters.port,
      origins: readOrigins(parameters.origins),
      webRoot: join(packageRoot(), "dist", "sim", "web"),
      log: (line) => node.log.info(line),
      snapshot: () => snapshotOf(viewed),
      token: randomBytes(TOKEN_BYTES).toString("hex"),
      obey: (command) => steering.obey(command),
    });
    return new PageView(viewed, server);
  }

  private constructor(
    private readonly viewed: Viewed,
    private readonly server: PageServer,
  ) {
    const { node, run } = viewed;
    node.log.info(`page, which only shows: ${server.url}`);
    // Logs go to /rosout and into recordings, so the token is printed here only.
    if (!process.connected) console.log(`The page: ${server.commandUrl}`);
    const topic = bounded(TOPICS.policy, mostPolicyBytes(sizesOf(run.options.game)));
    node.subscribe(topic, (message) => this.hearPolicy(message));
    this.timer = setInterval(() => node.safely(() => this.tellWorld()), WORLD_MS);
  }

  /** The world goes on while it is read. Gives why it is refused. */
  private async hearPolicy({ data }: Policy): Promise<string | undefined> {
    const order = ++this.policiesHeard;
    try {
      const policy = await inTurns(decodeSteps(data, "the policy heard"));
      const { game } = this.viewed.run.options;
      requireScenario(policy, game);
      if (order === this.policiesHeard)
        this.policy = { ...policy, draw: drawingOf(game, policy.pair) };
    } catch (error) {
      return reasonOf(error);
    }
    return undefined;
  }

  /** With the token that lets its page command. */
  get url(): string {
    return this.server.commandUrl;
  }

  epoch(report: EpochReport): void {
    this.server.pages.publish(report);
    if (report.reward !== null) return;
    this.toDraw = report;
    this.drawing ??= this.drawPolicy().finally(() => (this.drawing = undefined));
  }

  restart(): void {
    this.server.pages.restart();
  }

  readonly poses: LoopContext["publishPoses"] = (...frame) => {
    if (this.server.pages.clients > 0) this.server.pages.publish(encodePoses(...frame));
  };

  close(): Promise<void> {
    clearInterval(this.timer);
    return this.server.close();
  }

  /** Draws around the newest belief, while the world goes on. */
  private async drawPolicy(): Promise<void> {
    const { viewed, server } = this;
    for (let report = this.toDraw; report; report = this.toDraw) {
      this.toDraw = undefined;
      if (server.pages.clients === 0) continue;
      const startMs = steadyMs();
      // The policy in force may not be the last one on the topic (reload_policy).
      const isInForce = this.policy?.sha256 === viewed.run.command?.policy_sha256;
      const known = isInForce ? this.policy : undefined;
      const { epoch, globalState, belief } = report;
      const drawn = known && (await inTurns(known.draw(globalState, belief)));
      const { actions, plan } = drawn ?? { actions: [], plan: null };
      const what = { epoch, globalState, actions, plan };
      const gaps = known ? gapsInWords(known.metadata) : null;
      const bounds = boundSentences(known?.metadata ?? {}, viewed.run.options.game);
      server.pages.publish({ type: "picture", ...what, gaps, bounds });
      await setTimeout(REST * (steadyMs() - startMs), undefined, { ref: false });
    }
  }

  tellWorld(): void {
    const { run, parameters, controls, factor } = this.viewed;
    const { command } = run;
    this.server.pages.publish({
      type: "world",
      paused: controls.paused,
      speed: run.options.fidelity === "motion" ? parameters.speed : 0,
      realTimeFactor: controls.paused ? null : factor.value,
      sampleSize: command?.sample_size ?? null,
      observation: MODES.find((mode) => mode === command?.observation) ?? null,
      emergencyStop: controls.emergencyStop,
      faults: [...controls.faults].map(([robot, fault]) => ({ robot, fault })),
    });
  }
}
