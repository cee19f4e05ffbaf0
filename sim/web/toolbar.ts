/**
 * The toolbar: pause, step, speed, robots, sample, reset; and the emergency stop, whose release asks for
 * confirmation. Enabled on a page that may command.
 */
import { CONTROLS, lackOf, type PageCommand, type Snapshot, type WorldState } from "../protocol";
import { button, field, select, setOptions, setText } from "./element";

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

/** Disables what the world lacks, and says so where the pointer rests. */
function showLacks(world: WorldState): void {
  for (const control of CONTROLS) {
    const lack = lackOf(world, control);
    const all = `#${control}, #${control}-form :is(input, button)`;
    for (const element of document.querySelectorAll<HTMLButtonElement>(all)) {
      element.dataset.title ??= element.title;
      element.disabled = lack !== undefined;
      element.title = lack ?? element.dataset.title;
    }
  }
}

const ONLY_SHOWS = "This page only shows. Open the link that the start printed to command.";

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
  /** Stops or, in an emergency stop, releases it: one button, so that it keeps the focus. */
  private readonly stop = button("stop");
  private readonly confirm = field("confirm", HTMLDialogElement);
  private heard: WorldState | undefined;

  constructor(give: (command: PageCommand) => void) {
    this.pause.onclick = () => give({ do: this.heard?.paused ? "resume" : "pause" });
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
    this.stop.onclick = () =>
      this.stop.id === "stop" ? give({ do: "stop" }) : this.confirm.showModal();
    button("release-yes").onclick = () => give({ do: "release" });
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
    const { stop, heard } = this;
    this.commands.disabled = stop.disabled = !usable;
    if (!usable || !world?.emergencyStop) this.confirm.close();
    const problem = world === undefined ? "Not connected: no commands." : ONLY_SHOWS;
    setText(this.permission, usable ? "" : problem);
    if (world === undefined) return;
    this.heard = world;
    showLacks(world);
    setText(this.pause, world.paused ? "Resume" : "Pause");
    this.step.disabled ||= !world.paused;
    if (world.speed !== heard?.speed) this.offerSpeeds(world);
    this.speed.value = String(world.speed);
    stop.id = world.emergencyStop ? "release" : "stop";
    setText(stop, world.emergencyStop ? "Release stop" : "Emergency stop");
    // Only a new value overwrites a field, where a person may have chosen another.
    const { sampleSize, observation } = world;
    if (sampleSize !== heard?.sampleSize) this.sampleSize.value = String(sampleSize ?? "");
    if (observation !== heard?.observation) this.observation.value = observation ?? "";
  }

  /** Speed 0: as fast as it can, or not ours to say; there is nothing to choose. */
  private offerSpeeds({ speed, world }: WorldState): void {
    const unset = world === "abstract" ? "fastest" : "its own";
    const offered = speed === 0 ? [0] : [...new Set([...SPEEDS, speed])].sort((a, b) => a - b);
    setOptions(
      this.speed,
      offered.map((factor) => [String(factor), factor === 0 ? unset : `${factor} ×`]),
    );
  }
}
