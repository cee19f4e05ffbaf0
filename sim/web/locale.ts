/**
 * A browser under the locale C or POSIX calls its language en-US@posix, which Intl refuses and the
 * charts' library asks for as it loads: this is imported before it.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US" });
}
