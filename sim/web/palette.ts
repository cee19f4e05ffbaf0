/** Colours of the scene and the charts, read from the variables of style.css. */

const NAMES = [
  ...(["text", "muted", "rule", "edge", "floor", "zone"] as const),
  ...(["free", "docked", "seen", "lead", "dark", "warning"] as const),
] as const;

/** Each a CSS colour without variables. */
export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

export function readPalette(): Palette {
  // A variable would be read as written, with light-dark(); a colour is resolved.
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
