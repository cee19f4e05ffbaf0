/**
 * The page: what the server tells, shown. `data-` attributes of the body say what is shown, for
 * tests to read: connection, connected, epoch, sampled (indices), frames drawn, poses heard, robot0
 * and robots (x,y of the first ones, m), fps.
 */
import { type EpochReport, type PoseFrame, type ServerMessage, type Snapshot } from "../protocol";
import { ArenaScene } from "./arena_scene";
import { Connection, type ConnectionState } from "./connection";
import { byId } from "./element";
import { History } from "./history";
import { showFacts } from "./hud/facts";
import { Histograms } from "./hud/histograms";
import { RewardChart } from "./hud/reward_chart";
import { sentenceOf } from "./hud/sentence";
import { readPalette } from "./palette";
import { View } from "./scene/view";

/** Time between two updates of the body's attributes, ms. */
const ATTRIBUTES_MS = 100;

/** Robots whose places the attributes tell. */
const ROBOTS_TOLD = 100;

/** Everything made for one snapshot. */
interface Shown {
  readonly snapshot: Snapshot;
  readonly history: History;
  readonly scene: ArenaScene;
  readonly histograms: Histograms;
  readonly chart: RewardChart;
}

class Page {
  private readonly view: View;
  private shown: Shown | undefined;
  private lastPoses: PoseFrame | undefined;
  private frames = 0;
  private posesHeard = 0;
  private writtenAt = { ms: 0, frames: 0 };

  constructor(canvas: HTMLCanvasElement) {
    this.view = new View(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.repaint());
    new Connection({
      message: (message) => this.message(message),
      poses: (frame) => this.poses(frame),
      state: (state, detail) => this.connection(state, detail),
    });
    requestAnimationFrame((now) => this.frame(now));
  }

  private message(message: ServerMessage): void {
    if (message.type === "snapshot") this.start(message);
    else if (message.type === "epoch") this.epoch(message);
  }

  private start(snapshot: Snapshot): void {
    this.shown?.scene.dispose();
    this.shown?.chart.dispose();
    const palette = readPalette();
    const history = new History(snapshot.history);
    this.shown = {
      snapshot,
      history,
      scene: new ArenaScene(this.view, snapshot, palette),
      histograms: new Histograms(byId("histograms"), snapshot),
      chart: new RewardChart(byId("rewards"), snapshot, palette),
    };
    byId("scenario").textContent = snapshot.scenario;
    showFacts(byId("facts"), snapshot);
    if (history.latest !== undefined) this.showEpoch(this.shown, history.latest);
    this.showRewards(this.shown);
  }

  private epoch(report: EpochReport): void {
    if (this.shown === undefined) return;
    if (this.shown.history.add(report)) this.showEpoch(this.shown, report);
    this.showRewards(this.shown);
  }

  private showEpoch({ snapshot, scene, histograms }: Shown, report: EpochReport): void {
    scene.epoch(report, performance.now());
    histograms.show(report);
    byId("sentence").textContent = sentenceOf(snapshot, report);
    showFacts(byId("facts"), snapshot, report);
    const alarm = byId("alarm");
    alarm.hidden = !report.emergencyStop;
    alarm.textContent = report.emergencyStop ? "Emergency stop" : "";
    document.body.dataset.epoch = String(report.epoch);
    document.body.dataset.sampled = report.sampled.join(",");
  }

  private showRewards({ history, chart }: Shown): void {
    chart.show(history.reports());
    const last = history.latestRewarded;
    const digits = (value: number | null | undefined): string => value?.toFixed(2) ?? "–";
    byId("reward-now").textContent =
      last === undefined
        ? "No reward known yet."
        : `${digits(last.reward)} in epoch ${last.epoch}, ${digits(last.meanReward)} on average over ${last.epochsCounted}`;
  }

  private poses(frame: PoseFrame): void {
    this.lastPoses = frame;
    this.posesHeard += 1;
    this.shown?.scene.poses(frame, performance.now());
  }

  private connection(state: ConnectionState, detail: string): void {
    const label = byId("connection");
    label.dataset.state = state;
    label.textContent = detail;
    document.body.dataset.connection = state;
    document.body.dataset.connected = String(state === "live");
  }

  /** The colours changed: everything is made anew from what is known. */
  private repaint(): void {
    if (this.shown === undefined) return;
    this.start({ ...this.shown.snapshot, history: this.shown.history.reports() });
    if (this.lastPoses !== undefined) this.shown.scene.poses(this.lastPoses, performance.now());
  }

  private frame(nowMs: number): void {
    requestAnimationFrame((now) => this.frame(now));
    this.shown?.scene.frame(nowMs);
    this.view.draw();
    this.frames += 1;
    if (nowMs - this.writtenAt.ms >= ATTRIBUTES_MS) this.writeAttributes(nowMs);
  }

  private writeAttributes(nowMs: number): void {
    const { dataset } = document.body;
    const seconds = (nowMs - this.writtenAt.ms) / 1000;
    dataset.fps = ((this.frames - this.writtenAt.frames) / seconds).toFixed(1);
    dataset.frames = String(this.frames);
    dataset.poses = String(this.posesHeard);
    this.writtenAt = { ms: nowMs, frames: this.frames };
    const poses = this.shown?.scene.motion.shown;
    if (poses === undefined || this.posesHeard === 0) return;
    const placeOf = (i: number): string =>
      `${poses[3 * i].toFixed(2)},${poses[3 * i + 1].toFixed(2)}`;
    dataset.robot0 = placeOf(0);
    const told = Math.min(ROBOTS_TOLD, poses.length / 3 - 1);
    dataset.robots = Array.from({ length: told }, (_, i) => placeOf(i)).join(" ");
  }
}

try {
  const canvas = byId("arena");
  if (canvas instanceof HTMLCanvasElement) new Page(canvas);
} catch (error) {
  byId("sentence").textContent =
    `This page cannot start: it needs a browser with WebGL 2 (${String(error)}).`;
}
