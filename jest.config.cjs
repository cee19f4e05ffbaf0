/* global module, __dirname */

/** The tests run as compiled by `npm run build` (scripts/test.mjs builds them first). */
const project = (displayName, settings) => ({
  displayName,
  rootDir: __dirname,
  roots: ["<rootDir>/dist"],
  testEnvironment: "<rootDir>/test/support/environment.mjs",
  transform: {},
  ...settings,
});

/** Robots must stand within 0.5 s here: these files run after the others. */
const TIMED = "/graph/(emergency_stop|one_robot|stopping)\\.";

module.exports = {
  testTimeout: 150_000,
  projects: [
    project("pure", {
      testMatch: ["<rootDir>/dist/test/**/*.test.js"],
      testPathIgnorePatterns: ["<rootDir>/dist/test/(graph|browser)/"],
    }),
    // These start real nodes and a real browser.
    project("processes", {
      testMatch: ["<rootDir>/dist/test/{graph,browser}/**/*.test.js"],
      testPathIgnorePatterns: [TIMED],
    }),
    project("timed", {
      testMatch: ["<rootDir>/dist/test/graph/**/*.test.js"],
      testPathIgnorePatterns: [`^(?!.*${TIMED})`],
    }),
    project("soak", { testMatch: ["<rootDir>/dist/test/**/*.soak.js"] }),
  ],
};
