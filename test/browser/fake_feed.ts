/** A swarm that is only played, through the real page server: tests of the page without ROS. */
import type { PageCommand, EpochReport, PolicyPicture, WorldState } from "../../sim/protocol";
import { startPageServer, type PageServer } from "../../sim/page_server";
import { PlayedSwarm } from "./played_swarm";

export interface FakeFeed {
  readonly server: PageServer;
  /** Commands that pages gave, oldest first. */
  readonly obeyed: readonly PageCommand[];
  /** What pages were told last of the epochs and the policy. */
  latest(): { report: EpochReport; picture: PolicyPicture };
  stop(): Promise<void>;
}

export interface FakeFeedOptions {
  readonly webRoot: string;
  readonly port?: number;
  readonly robots?: number;
  /** Length of an epoch, ms of wall time. */
  readonly epochMs?: number;
  /** Epochs that have been before the first. */
  readonly past?: number;
  /** Of the world; 0: as fast as it goes. */
  readonly speed?: number;
  /** Zones of the arena; default 5. */
  readonly bays?: number;
  /** How the local states of each kind of robots begin; default: of one, with the zone. */
  readonly kinds?: string[];
  /** Of the world's state, in place of what is played. */
  readonly world?: Partial<WorldState>;
  readonly log?: (line: string) => void;
}

/** Of the page that may command. */
export const TOKEN = "0123456789abcdef";
const FRAME_MS = 40;

export async function startFakeFeed(options: FakeFeedOptions): Promise<FakeFeed> {
  const { robots = 30, epochMs = 2000, past = 40, speed = 1 } = options;
  const swarm = new PlayedSwarm(robots, epochMs / 1000, speed, options.bays, options.kinds);
  for (let epoch = 0; epoch < past; epoch++) swarm.nextEpoch();
  Object.assign(swarm.world, options.world);
  const server = await startPageServer({
    host: "127.0.0.1",
    port: options.port ?? 0,
    origins: [],
    webRoot: options.webRoot,
    log: options.log ?? (() => undefined),
    snapshot: () => swarm.snapshot(),
    token: TOKEN,
    obey: (command) => {
      const answer = swarm.obey(command);
      tellWorld();
      return Promise.resolve(answer);
    },
  });
  const tellWorld = (): void => server.pages.publish(swarm.world);
  tellWorld();
  server.pages.publish(swarm.picture());
  const epochs = setInterval(() => {
    if (swarm.world.paused) return;
    server.pages.publish(swarm.rewarded());
    server.pages.publish(swarm.nextEpoch());
    server.pages.publish(swarm.picture());
    tellWorld();
  }, epochMs);
  const frames = setInterval(() => server.pages.publish(swarm.moved(FRAME_MS / 1000)), FRAME_MS);
  return {
    server,
    obeyed: swarm.obeyed,
    latest: () => ({ report: swarm.latest, picture: swarm.picture() }),
    stop: async () => {
      clearInterval(epochs);
      clearInterval(frames);
      await server.close();
    },
  };
}
