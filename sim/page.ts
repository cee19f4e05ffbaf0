/** The page's node: it serves the page, and knows the swarm and its world by their topics alone. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Game, sizesOf } from "../src/game/model";
import { loadSwarm } from "../src/game/robots_file";
import { loadScenario } from "../src/game/scenario_file";
import { reasonOf } from "../src/base/errors";
import { packageRoot } from "../src/base/package_root";
import { boundSentences, gapsInWords } from "../src/policy/bounds";
import { drawingOf } from "../src/policy/picture";
import { inTurns } from "../src/base/steps";
import { decodeSteps, type LoadedPolicy, requireScenario } from "../src/policy/policy_file";
import { mostPolicyBytes } from "../src/policy/policy_header";
import { steadyMs } from "../src/ros/clock";
import { epochSeconds } from "../src/ros/epoch_length";
import { PAGE_PARAMETERS } from "../src/ros/generated/parameters";
import type { Policy, WorldPoses } from "../src/ros/messages";
import { RosNode, type Subscription } from "../src/ros/node";
import { runProcess, tellParent } from "../src/ros/process";
import { bounded, TOPICS } from "../src/ros/topics";
import { readOrigins } from "./page_access";
import { type PageServer, startPageServer } from "./page_server";
import { PageSteering } from "./page_steering";
import { PageStory } from "./page_story";
import type { EpochReport } from "./protocol";
import { robotNames } from "./run";

/** Pages are told of the world this often; whether any is open, and poses come, is looked at, ms. */
const WORLD_MS = 1000;
const LOOK_MS = 200;
/** A world of which nothing came for so long is silent, ms. */
const SILENT_MS = 2000;
/** The process has this many times as long for all else as a picture of the policy takes. */
const REST = 10;
const TOKEN_BYTES = 16;

type Node = RosNode<typeof PAGE_PARAMETERS>;

class Page {
  private policy: (LoadedPolicy & { readonly draw: ReturnType<typeof drawingOf> }) | undefined;
  private policiesHeard = 0;
  /** The report that a picture was drawn for last. */
  private drawn: EpochReport | undefined;
  private drawing: Promise<void> | undefined;
  /** While pages are open; when the newest came, or they are listened to, steady clock, ms. */
  private poses: Subscription | undefined;
  private posesMs = 0;
  private readonly timers: readonly NodeJS.Timeout[];

  static async start(node: Node): Promise<Page> {
    const { parameters } = node;
    const game = loadScenario(parameters.scenario);
    const epoch = epochSeconds(parameters.epoch_length, game.arena.epoch);
    const { population, references, robots_file } = parameters;
    const robots = robots_file ? loadSwarm(robots_file, game).names : robotNames(population);
    const story = new PageStory(game, robots);
    const steering = new PageSteering(node, story);
    const server = await startPageServer({
      host: parameters.host,
      port: parameters.port,
      origins: readOrigins(parameters.origins),
      webRoot: join(packageRoot(), "dist", "sim", "web"),
      log: (line) => node.log.info(line),
      // References hold for the population at the start.
      snapshot: () =>
        story.snapshot(epoch, story.robots.length === robots.length ? references : []),
      token: randomBytes(TOKEN_BYTES).toString("hex"),
      obey: (command) => steering.obey(command),
    });
    return new Page(node, game, story, server);
  }

  private constructor(
    private readonly node: Node,
    private readonly game: Game,
    private readonly story: PageStory,
    private readonly server: PageServer,
  ) {
    story.pages = server.pages;
    node.log.info(`page, which only shows: ${server.url}`);
    // Logs go to /rosout and into recordings, so the token is printed here only.
    if (!process.connected) console.log(`The page: ${server.commandUrl}`);
    tellParent({ type: "page", url: server.commandUrl });
    const policy = bounded(TOPICS.policy, mostPolicyBytes(sizesOf(game)));
    node.subscribe(policy, (message) => this.hearPolicy(message));
    node.subscribe(TOPICS.globalCommand, (command) => {
      const refusal = story.hearCommand(command);
      this.drawing ??= this.drawPolicy().finally(() => (this.drawing = undefined));
      return refusal;
    });
    node.subscribe(TOPICS.epochReport, (epoch) => story.hearEpoch(epoch));
    node.subscribe(TOPICS.worldState, (world) => story.hearWorld(world));
    this.timers = [
      setInterval(() => node.safely(() => story.tellWorld()), WORLD_MS),
      setInterval(() => node.safely(() => this.look()), LOOK_MS),
    ];
  }

  /** Poses are asked for while somebody looks at them. */
  private look(): void {
    const { story, node, server } = this;
    const isWatched = server.pages.clients > 0;
    if (isWatched !== (this.poses !== undefined)) {
      this.posesMs = steadyMs();
      this.poses?.destroy();
      const subscribe = () => node.subscribe(TOPICS.worldPoses, (poses) => this.hearPoses(poses));
      this.poses = isWatched ? subscribe() : undefined;
    }
    const silentMs = isWatched ? steadyMs() - this.posesMs : 0;
    const before = story.silentSince;
    story.silentSince = silentMs > SILENT_MS ? (before ?? Math.round(Date.now() - silentMs)) : null;
    if (story.silentSince !== before) story.tellWorld();
  }

  private hearPoses(poses: WorldPoses): string | undefined {
    const frame = this.story.frameOf(poses);
    if (typeof frame === "string") return frame;
    this.posesMs = steadyMs();
    this.server.pages.publish(frame);
    return undefined;
  }

  /** All else goes on while it is read. Gives why it is refused. */
  private async hearPolicy({ data }: Policy): Promise<string | undefined> {
    const order = ++this.policiesHeard;
    try {
      const policy = await inTurns(decodeSteps(data, "the policy heard"));
      requireScenario(policy, this.game);
      if (order === this.policiesHeard)
        this.policy = { ...policy, draw: drawingOf(this.game, policy.pair) };
    } catch (error) {
      return reasonOf(error);
    }
    return undefined;
  }

  close(): Promise<void> {
    this.timers.forEach(clearInterval);
    return this.server.close();
  }

  /** Draws around the newest belief, while all else goes on. */
  private async drawPolicy(): Promise<void> {
    const { story, server } = this;
    for (;;) {
      const report = story.history.at(-1);
      if (server.pages.clients === 0 || report === undefined || report === this.drawn) return;
      this.drawn = report;
      const startMs = steadyMs();
      // The policy in force may not be the last one on the topic (reload_policy).
      const isInForce = this.policy?.sha256 === story.command?.policy_sha256;
      const known = isInForce ? this.policy : undefined;
      const { epoch, globalState, belief } = report;
      const drawn = known && (await inTurns(known.draw(globalState, belief)));
      const { actions, plan } = drawn ?? { actions: [], plan: null };
      const what = { epoch, globalState, actions, plan };
      const gaps = known ? gapsInWords(known.metadata) : null;
      const bounds = boundSentences(known?.metadata ?? {}, this.game);
      server.pages.publish({ type: "picture", ...what, gaps, bounds });
      await setTimeout(REST * (steadyMs() - startMs), undefined, { ref: false });
    }
  }
}

void runProcess(async (ros) => {
  const page = await Page.start(ros.add(new RosNode("page", undefined, PAGE_PARAMETERS)));
  ros.onEnd(() => page.close());
});
