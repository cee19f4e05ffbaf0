/**
 * The toolbar: pause, step, speed, robots, sample, reset; and the emergency stop, whose release asks for
 * confirmation. Enabled on a page that may command.
 */
import type { PageCommand, Snapshot, WorldState } from "../protocol";
import { button, field, select, setOptions, setText } from "./element";

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

const ONLY_SHOWS = "This page only shows. Open the link that the start printed to command.";
const NOT_CONNECTED = "Not connected: no commands.";

export class Toolbar {
  private readonly commands = field("commands", HTMLFieldSetElement);
  private readonly permission = field("permission", HTMLElement);
  private readonly pause = button("pause");
  private readonly step = button("step");
  private readonly speed = select("speed");
  private readonly sampleSize = field("sample-size", HTMLInputElement);
  private readonly population = field("population", HTMLInputElement);
  private readonly observation = select("observation");
  private readonly seed = field("seed", HTMLInputElement);
  private readonly stop = button("stop");
  private readonly release = button("release");
  private readonly confirm = field("confirm", HTMLDialogElement);
  private paused = false;
  /** As last heard: only new ones overwrite the fields, where a person may have chosen another. */
  private heard: Pick<WorldState, "sampleSize" | "observation"> = {
    sampleSize: null,
    observation: null,
  };

  constructor(give: (command: PageCommand) => void) {
    this.pause.onclick = () => give({ do: this.paused ? "resume" : "pause" });
    this.step.onclick = () => give({ do: "step" });
    this.speed.onchange = () => give({ do: "speed", factor: Number(this.speed.value) });
    // Once its fields are valid; the browser sends nothing.
    const submit = (id: string, command: () => PageCommand): void => {
      field(id, HTMLFormElement).onsubmit = (event) => {
        event.preventDefault();
        give(command());
      };
    };
    submit("sample-size-form", () => ({ do: "sampleSize", size: this.sampleSize.valueAsNumber }));
    submit("population-form", () => ({ do: "population", robots: this.population.valueAsNumber }));
    submit("reset-form", () => ({ do: "reset", seed: this.seed.valueAsNumber }));
    this.observation.onchange = () => {
      const mode = this.observation.value === "filter" ? "filter" : "sample";
      give({ do: "observation", mode });
    };
    this.stop.onclick = () => give({ do: "stop" });
    this.release.onclick = () => this.confirm.showModal();
    this.confirm.onclose = () => {
      if (this.confirm.returnValue === "release") give({ do: "release" });
      this.confirm.returnValue = "";
    };
  }

  start({ robots }: Snapshot): void {
    this.sampleSize.max = String(robots.length);
    this.population.value = String(robots.length);
  }

  /**
   * @param world undefined: nothing is known, or nobody is connected
   * @param usable whether this page may command now
   */
  show(world: WorldState | undefined, usable: boolean): void {
    const { stop, release, confirm, commands } = this;
    commands.disabled = stop.disabled = release.disabled = !usable;
    if (!usable || !world?.emergencyStop) confirm.close();
    const problem = world === undefined ? NOT_CONNECTED : ONLY_SHOWS;
    setText(this.permission, usable ? "" : problem);
    if (world === undefined) return;
    this.paused = world.paused;
    setText(this.pause, world.paused ? "Resume" : "Pause");
    this.step.disabled = !world.paused;
    this.showSpeed(world.speed);
    const { sampleSize, observation } = world;
    if (sampleSize !== this.heard.sampleSize) this.sampleSize.value = String(sampleSize ?? "");
    if (observation !== this.heard.observation) this.observation.value = observation ?? "";
    this.heard = { sampleSize, observation };
    this.showStop(world.emergencyStop);
  }

  private showStop(stopped: boolean): void {
    const { stop, release } = this;
    if (stopped === stop.hidden) return;
    const hadFocus = [stop, release].some((shown) => shown === document.activeElement);
    stop.hidden = stopped;
    release.hidden = !stopped;
    if (hadFocus) (stopped ? release : stop).focus();
  }

  /** Speed 0: as fast as it can; there is nothing to choose. */
  private showSpeed(speed: number): void {
    this.speed.disabled = speed === 0;
    if (this.speed.dataset.offered !== String(speed)) {
      this.speed.dataset.offered = String(speed);
      const offered = speed === 0 ? [0] : [...new Set([...SPEEDS, speed])].sort((a, b) => a - b);
      setOptions(
        this.speed,
        offered.map((factor) => [String(factor), factor === 0 ? "fastest" : `${factor} ×`]),
      );
    }
    this.speed.value = String(speed);
  }
}
