/** Light or dark: the system's until a person chooses; the browser remembers the choice. */
import { button } from "./element";

type Theme = "light" | "dark";

const KEY = "theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** Shows the theme in force and lets the button change it. @param changed called after a change */
export function startTheme(changed: () => void): void {
  const toggle = button("theme");
  let chosen = storage()?.getItem(KEY);
  const inForce = (): Theme =>
    chosen === "light" || chosen === "dark" ? chosen : system.matches ? "dark" : "light";
  const show = (): void => {
    const other: Theme = inForce() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = inForce();
    document.documentElement.style.colorScheme = inForce();
    toggle.textContent = other === "dark" ? "Dark" : "Light";
    toggle.setAttribute("aria-label", `Change to the ${other} theme`);
  };
  toggle.onclick = () => {
    chosen = inForce() === "dark" ? "light" : "dark";
    show();
    changed();
    storage()?.setItem(KEY, chosen);
  };
  system.addEventListener("change", () => {
    show();
    changed();
  });
  show();
}

/** Undefined where storage is forbidden: the choice then lasts until the page is closed. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
