/** Colours of the scene and the charts: the variables of style.css, so that there is one palette. */

const NAMES = [
  ...(["panel", "text", "muted", "rule", "floor", "grid", "zone", "zone-edge"] as const),
  ...(["free", "docked", "seen", "lead", "dark", "shadow", "trail", "warning"] as const),
] as const;

/** Each a CSS colour without variables. */
export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

/** The colours in force. */
export function readPalette(): Palette {
  // A variable is read as it is written, light-dark() and all; a colour is read resolved.
  const probe = document.createElement("i");
  document.body.append(probe);
  const palette: Partial<Record<(typeof NAMES)[number], string>> = {};
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    palette[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return palette as Palette;
}
