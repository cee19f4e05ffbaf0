/** The robot chosen by a click in the arena or from the list: its state, follow, fault. */
import {
  type PageCommand,
  type EpochReport,
  FAULT_CHOICES,
  type PoseFrame,
  type Snapshot,
  type WorldState,
} from "../protocol";
import { button, byId, select, setOptions, setText } from "./element";

export class RobotPanel {
  private readonly panel = byId("robot-panel");
  private readonly list = select("robot");
  private readonly fault = select("fault");
  private readonly followButton = button("follow");
  private snapshot: Snapshot | undefined;
  /** Index of the robot chosen; undefined: none. */
  robot: number | undefined;
  private followed = false;

  constructor(give: (command: PageCommand) => void) {
    this.list.onchange = () =>
      this.choose(this.list.value === "" ? undefined : Number(this.list.value));
    button("robot-close").onclick = () => {
      this.choose(undefined);
      this.list.focus();
    };
    this.followButton.onclick = () => this.follow(!this.followed);
    this.fault.onchange = () => {
      const fault = FAULT_CHOICES.find((name) => name === this.fault.value) ?? "none";
      if (this.robot !== undefined) give({ do: "fault", robot: this.robot, fault });
    };
  }

  get toFollow(): number | undefined {
    return this.followed ? this.robot : undefined;
  }

  start(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    setOptions(this.list, [
      ["", "none"],
      ...snapshot.robots.map((name, robot) => [String(robot), name] as const),
    ]);
    const gone = this.robot !== undefined && this.robot >= snapshot.robots.length;
    this.choose(gone ? undefined : this.robot);
  }

  choose(robot: number | undefined): void {
    if (robot === undefined) this.follow(false);
    const isNew = robot !== undefined && robot !== this.robot;
    this.robot = robot;
    this.list.value = robot === undefined ? "" : String(robot);
    this.panel.hidden = robot === undefined;
    // On a narrow screen it opens below the arena.
    if (isNew) this.panel.scrollIntoView({ block: "nearest" });
  }

  /**
   * @param usable whether this page may command now
   * @param world undefined: nothing is known, or nobody is connected
   */
  show(usable: boolean, world?: WorldState, report?: EpochReport, poses?: PoseFrame): void {
    const { snapshot, robot } = this;
    this.fault.disabled ||= !usable;
    if (snapshot === undefined || robot === undefined) return;
    setText(byId("robot-name"), snapshot.robots[robot]);
    const zone = poses && snapshot.localStates[poses.states[robot]];
    const asked = report?.sampled.includes(robot) ? "asked in this epoch" : "not asked now";
    const place = zone === undefined ? "in no known zone" : `in ${zone}`;
    setText(byId("robot-facts"), `${place}, ${asked}`);
    if (world === undefined) return;
    this.fault.value = world.faults.find((broken) => broken.robot === robot)?.fault ?? "none";
  }

  private follow(followed: boolean): void {
    this.followed = followed;
    this.followButton.setAttribute("aria-pressed", String(followed));
  }
}
