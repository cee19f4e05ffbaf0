/** The emergency stop; once stopped, a release button that asks for confirmation. */
import type { PageCommand, WorldState } from "../protocol";
import { button, field } from "./element";

export class EmergencyStop {
  private readonly stop = button("stop");
  private readonly release = button("release");
  private readonly confirm = field("confirm", HTMLDialogElement);

  constructor(give: (command: PageCommand) => void) {
    this.stop.onclick = () => give({ do: "stop" });
    this.release.onclick = () => this.confirm.showModal();
    this.confirm.onclose = () => {
      if (this.confirm.returnValue === "release") give({ do: "release" });
      this.confirm.returnValue = "";
    };
  }

  /**
   * @param world undefined: nothing is known, or nobody is connected
   * @param usable whether this page may command now
   */
  show(world: WorldState | undefined, usable: boolean): void {
    const { stop, release, confirm } = this;
    stop.disabled = release.disabled = !usable;
    if (!usable || !world?.emergencyStop) confirm.close();
    if (world === undefined || world.emergencyStop === stop.hidden) return;
    const hadFocus = [stop, release].some((shown) => shown === document.activeElement);
    stop.hidden = world.emergencyStop;
    release.hidden = !world.emergencyStop;
    if (hadFocus) (stop.hidden ? release : stop).focus();
  }
}
