/** Colours of the scene and the charts: the variables of style.css, so that there is one palette. */

/** Each a CSS colour without variables. */
export interface Palette {
  readonly page: string;
  readonly panel: string;
  readonly text: string;
  readonly muted: string;
  readonly rule: string;
  readonly floor: string;
  readonly grid: string;
  readonly zone: string;
  readonly zoneEdge: string;
  /** A robot that is free to drive. */
  readonly free: string;
  /** A robot whose wheels are locked. */
  readonly docked: string;
  /** A robot that was asked. */
  readonly seen: string;
  readonly lead: string;
  /** Wheels, glass, the arrow of a heading. */
  readonly dark: string;
  readonly shadow: string;
  /** Where robots were. */
  readonly trail: string;
  /** What is broken or wrong. */
  readonly warning: string;
}

/** The colours in force. */
export function readPalette(): Palette {
  // A variable is read as it is written, light-dark() and all; a colour is read resolved.
  const probe = document.createElement("i");
  document.body.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const palette: Palette = {
    page: colour("page"),
    panel: colour("panel"),
    text: colour("text"),
    muted: colour("muted"),
    rule: colour("rule"),
    floor: colour("floor"),
    grid: colour("grid"),
    zone: colour("zone"),
    zoneEdge: colour("zone-edge"),
    free: colour("free"),
    docked: colour("docked"),
    seen: colour("seen"),
    lead: colour("lead"),
    dark: colour("dark"),
    shadow: colour("shadow"),
    trail: colour("trail"),
    warning: colour("warning"),
  };
  probe.remove();
  return palette;
}
