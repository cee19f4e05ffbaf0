/** Colours of the scene and the charts: the variables of style.css, so that there is one palette. */

/** Each a CSS colour, #rrggbb. */
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
}

/** The colours in force. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
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
  };
}
