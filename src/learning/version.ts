/** Raised whenever the same options would learn another pair: part of the key of caches. */
export const LEARNER_VERSION = "6";

/** The package's version, as in package.json (a test holds them together). */
export const PACKAGE_VERSION = "0.1.0";
