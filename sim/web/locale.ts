/**
 * Under the locale C or POSIX a browser's language is en-US@posix, which Intl refuses. uPlot passes it
 * to Intl as it loads, so this must be imported first.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US" });
}
