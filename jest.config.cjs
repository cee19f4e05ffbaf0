/* global module, __dirname */

/**
 * The tests run as compiled by `npm run build` (`npm test` builds them first). More files run at a
 * time than there are cores, for those with real nodes mostly wait (test/support/order.mjs). What the
 * machine is late by they take off (test/graph/lateness.ts). npm's INIT_CWD is unset: tests run in the
 * package's folder, from wherever npm is called.
 */
const project = (displayName, settings) => ({
  displayName,
  rootDir: __dirname,
  roots: ["<rootDir>/dist"],
  testEnvironment: "<rootDir>/test/support/environment.mjs",
  transform: {},
  ...settings,
});

module.exports = {
  testTimeout: 150_000,
  testSequencer: "<rootDir>/test/support/order.mjs",
  reporters: ["default", "<rootDir>/test/support/counts.mjs"],
  // That no test ran is told by the counts.
  passWithNoTests: true,
  projects: [
    project("pure", {
      testMatch: ["<rootDir>/dist/test/**/*.test.js"],
      testPathIgnorePatterns: ["<rootDir>/dist/test/(graph|browser)/"],
    }),
    // These start real nodes and a real browser.
    project("processes", {
      testMatch: ["<rootDir>/dist/test/{graph,browser}/**/*.test.js"],
    }),
    project("soak", { testMatch: ["<rootDir>/dist/test/**/*.soak.js"] }),
  ],
};
