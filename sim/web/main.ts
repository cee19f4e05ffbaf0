/** The page: shows what the server sends, sends what a person commands. */
import {
  type PageCommand,
  addReport,
  type EpochReport,
  type PolicyPicture,
  type PoseFrame,
  type ServerMessage,
  type Snapshot,
  type WorldState,
} from "../protocol";
import { ArenaScene } from "./arena_scene";
import { Commands } from "./commands";
import { Connection, type ConnectionState } from "./connection";
import { add, byId, field, setText } from "./element";
import { showFacts } from "./hud/facts";
import { showHistograms } from "./hud/histograms";
import { ageOf, showPolicy } from "./hud/policy_picture";
import { drawRewards } from "./hud/reward_chart";
import { sentenceOf } from "./hud/sentence";
import { kindsOf, shadeOf } from "./places";
import { RobotPanel } from "./robot_panel";
import { View } from "./scene/view";
import { Toolbar } from "./toolbar";

interface Shown {
  /** Reports of new epochs are added to its history. */
  readonly snapshot: Snapshot;
  readonly scene: ArenaScene;
}

/** A browser that will give lost graphics back does so sooner, ms. */
const LOSS_MS = 2000;

const clockTime = (ms: number): string => new Date(ms).toLocaleTimeString("en-GB");

class Page {
  private readonly view: View;
  private readonly toolbar: Toolbar;
  private readonly robot: RobotPanel;
  /** So many were drawn; the first one with robots so long after the page was asked for. */
  frames = 0;
  firstPictureMs: number | undefined;
  posesHeard = 0;
  private shown: Shown | undefined;
  private world: WorldState | undefined;
  private picture: PolicyPicture | undefined;
  /** When the arena was drawn last, ms. */
  private drawnMs = 0;
  /** Something changed since the last frame; it is shown with the next one. */
  private isStale = true;
  private readonly commands: Commands;

  constructor(canvas: HTMLCanvasElement) {
    const isDark = matchMedia("(prefers-color-scheme: dark)");
    isDark.addEventListener("change", () => this.repaint());
    addEventListener("resize", () => (this.isStale = true));
    this.view = new View(canvas, field("ground", HTMLCanvasElement));
    const connection = new Connection({
      message: (message) => this.message(message),
      poses: (frame) => this.poses(frame),
      state: (state, detail) => this.connection(state, detail),
    });
    this.commands = new Commands(byId("said"), (message) => connection.send(message));
    const give = (command: PageCommand): void => this.commands.give(command);
    this.toolbar = new Toolbar(give);
    this.robot = new RobotPanel(give);
    this.view.onClick = (x, y) => this.robot.choose(this.shown?.scene.robotAt(x, y));
    requestAnimationFrame((now) => this.frame(now));
  }

  private message(message: ServerMessage): void {
    this.isStale = true;
    if (message.type === "snapshot") this.start(message);
    else if (message.type === "world") this.world = message;
    else if (message.type === "picture") this.picture = message;
    else if (message.type === "answer") this.commands.settle(message);
    else if (this.shown) addReport(this.shown.snapshot.history, message);
  }

  private start(snapshot: Snapshot): void {
    this.shown?.scene.dispose();
    this.shown = { snapshot, scene: new ArenaScene(this.view, snapshot) };
    byId("scenario").textContent = snapshot.scenario;
    this.showKinds(snapshot);
    this.toolbar.start(snapshot);
    this.robot.start(snapshot);
    this.isStale = true;
  }

  /** The legend names kinds of robots, where there are several. */
  private showKinds(snapshot: Snapshot): void {
    const kinds = kindsOf(snapshot);
    const list = byId("legend-kinds");
    list.hidden = kinds.length === 0;
    list.replaceChildren();
    kinds.forEach((name, kind) => {
      const { style } = add(list, "span", "mark kind", name);
      style.setProperty("--shade", `${100 * shadeOf(snapshot, kind)}%`);
    });
  }

  private poses(frame: PoseFrame): void {
    this.posesHeard += 1;
    this.shown?.scene.motion.push(frame);
  }

  private connection(state: ConnectionState, detail: string): void {
    const label = byId("connection");
    label.dataset.state = state;
    setText(label, detail);
    if (state === "lost") {
      // The next connection sends the world's state, and whether this page may command.
      this.world = undefined;
      this.commands.lose();
    }
    this.isStale = true;
  }

  private repaint(): void {
    if (this.shown === undefined) return;
    const { frame } = this.shown.scene.motion;
    this.start(this.shown.snapshot);
    if (frame !== undefined) this.poses(frame);
  }

  private frame(nowMs: number): void {
    requestAnimationFrame((now) => this.frame(now));
    const scene = this.shown?.scene;
    const { robot, toFollow } = this.robot;
    this.isStale ||= scene?.robots.chosen !== robot;
    if (scene) scene.robots.chosen = robot;
    if (this.shown !== undefined && this.isStale) this.show(this.shown);
    scene?.frame(nowMs);
    this.view.follow(toFollow === undefined ? undefined : scene?.placeOf(toFollow));
    this.view.draw();
    if (!this.view.isLost) this.drawnMs = nowMs;
    byId("graphics").hidden = nowMs - this.drawnMs < LOSS_MS;
    this.frames++;
    if (scene?.motion.frame) this.firstPictureMs ??= performance.now();
  }

  private show(shown: Shown): void {
    this.isStale = false;
    const { world, picture } = this;
    const { snapshot } = shown;
    const report = snapshot.history.at(-1);
    if (report !== undefined) this.showEpoch(shown, report);
    this.showRewards(snapshot);
    const usable = world !== undefined && snapshot.canCommand;
    this.toolbar.show(world, usable);
    this.robot.show(usable, world, report, shown.scene.motion.frame);
    byId("legend-broken").hidden = !world?.faults.length;
    if (world) shown.scene.robots.broken = world.faults.map(({ robot }) => robot);
    showFacts(byId("facts"), snapshot, report, world, picture);
    const bounds = picture?.bounds ?? [];
    setText(byId("bounds"), bounds.length > 0 ? `Discounted return: ${bounds.join("; ")}.` : "");
    const sentence = report && sentenceOf(snapshot, report, world);
    setText(byId("sentence"), sentence ?? "Waiting for the first epoch.");
    const stopped = world?.emergencyStop ?? report?.emergencyStop ?? false;
    const silent = world?.silentSince ? `No poses since ${clockTime(world.silentSince)}` : "";
    // Nobody paused a world that cannot be paused.
    const stands = world?.paused && !world.controls.includes("pause") ? "World's time stands" : "";
    const alarm = [stopped ? "Emergency stop" : "", silent, stands].filter(Boolean).join(". ");
    byId("alarm").hidden = alarm === "";
    setText(byId("alarm"), alarm);
  }

  private showEpoch({ scene, snapshot }: Shown, report: EpochReport): void {
    scene.epoch(report);
    showHistograms(byId("histograms"), snapshot, report);
    if (this.picture) {
      setText(byId("policy-age"), ageOf(snapshot, this.picture, report));
      showPolicy(byId("policy"), snapshot, this.picture, report);
    }
  }

  private showRewards(snapshot: Snapshot): void {
    drawRewards(byId("rewards"), snapshot);
    const last = snapshot.history.findLast(({ reward }) => reward !== null);
    const digits = (value: number | null | undefined): string => value?.toFixed(2) ?? "–";
    byId("reward-now").textContent =
      last === undefined
        ? "No reward known yet."
        : `${digits(last.reward)} in epoch ${last.epoch}, ${digits(last.meanReward)} on average over ${last.epochsCounted}`;
  }
}

try {
  // Tests look at what it shows.
  Object.assign(window, { page: new Page(field("arena", HTMLCanvasElement)) });
} catch (error) {
  byId("sentence").textContent =
    `This page cannot start: it needs a browser with WebGL 2 (${String(error)}).`;
}
