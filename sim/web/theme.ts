/** Light or dark: the system's until a person chooses; the browser remembers the choice. */
import { button } from "./element";

const KEY = "theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** Shows the theme in force and lets the button change it. @param changed called after a change */
export function startTheme(changed: () => void): void {
  const toggle = button("theme");
  let chosen = storage()?.getItem(KEY);
  const isDark = (): boolean => chosen === "dark" || (chosen !== "light" && system.matches);
  const show = (): void => {
    const [own, other, word] = isDark() ? ["dark", "light", "Light"] : ["light", "dark", "Dark"];
    document.documentElement.style.colorScheme = own;
    toggle.textContent = word;
    toggle.setAttribute("aria-label", `Change to the ${other} theme`);
  };
  toggle.onclick = () => {
    chosen = isDark() ? "light" : "dark";
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
