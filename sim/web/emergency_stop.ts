/** The emergency stop; once stopped, a release button that asks for confirmation. */
import type { PageCommand, WorldState } from "../protocol";
import { button, byId } from "./element";

export class EmergencyStop {
  private readonly stop = button("stop");
  private readonly release = button("release");
  private readonly confirm = byId("confirm");
  private readonly no = button("release-no");
  private stopped = false;

  constructor(give: (command: PageCommand) => void) {
    this.stop.onclick = () => give({ do: "stop" });
    this.release.onclick = () => this.showConfirm(true);
    this.no.onclick = () => this.showConfirm(false);
    button("release-yes").onclick = () => {
      this.showConfirm(false);
      give({ do: "release" });
    };
    this.confirm.onkeydown = ({ key }) => {
      if (key === "Escape") this.showConfirm(false);
    };
  }

  /**
   * @param world undefined: nothing is known, or nobody is connected
   * @param usable whether this page may command now
   */
  show(world: WorldState | undefined, usable: boolean): void {
    this.stop.disabled = !usable;
    this.release.disabled = !usable;
    if (!usable && !this.confirm.hidden) this.showConfirm(false);
    if (world === undefined || world.emergencyStop === this.stopped) return;
    this.stopped = world.emergencyStop;
    const hadFocus = byId("emergency").contains(document.activeElement);
    this.stop.hidden = this.stopped;
    this.release.hidden = !this.stopped;
    this.confirm.hidden = true;
    if (hadFocus) (this.stopped ? this.release : this.stop).focus();
  }

  private showConfirm(shown: boolean): void {
    this.confirm.hidden = !shown;
    this.release.hidden = shown || !this.stopped;
    if (shown) this.no.focus();
    else if (this.stopped) this.release.focus();
  }
}
