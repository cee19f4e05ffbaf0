/** Light or dark: the system's until a person chooses; the browser remembers the choice. */
import { button } from "./element";

type Theme = "light" | "dark";

const KEY = "theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** Shows the theme in force and lets the button change it. @param changed called after a change */
export function startTheme(changed: () => void): void {
  const toggle = button("theme");
  let chosen = stored();
  const inForce = (): Theme => chosen ?? (system.matches ? "dark" : "light");
  const show = (): void => {
    const other: Theme = inForce() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = inForce();
    document.documentElement.style.colorScheme = inForce();
    toggle.textContent = other === "dark" ? "Dark" : "Light";
    toggle.setAttribute("aria-label", `Change to the ${other} theme`);
  };
  toggle.onclick = () => {
    chosen = inForce() === "dark" ? "light" : "dark";
    store(chosen);
    show();
    changed();
  };
  system.addEventListener("change", () => {
    show();
    changed();
  });
  show();
}

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : undefined;
  } catch {
    // Storage may be forbidden: use the system's theme.
    return undefined;
  }
}

function store(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be forbidden: the choice lasts until the page is closed.
  }
}
