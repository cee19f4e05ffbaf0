/** Colours of the scene and the charts: the variables of style.css. */

type Name =
  ("text" | "edge" | "floor" | "zone") | ("free" | "docked" | "seen" | "lead" | "dark" | "warning");

/** A colour as it is now, light or dark, as CSS without variables. */
export function colour(name: Name): string {
  // A variable would be read as written, with light-dark(); a colour is resolved.
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(--${name})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
