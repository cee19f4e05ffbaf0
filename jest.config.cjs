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

module.exports = {
  testTimeout: 150_000,
  testSequencer: "<rootDir>/test/support/order.mjs",
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
