import js from "@eslint/js";
import tseslint from "typescript-eslint";

const forbid = (...groups) => ({
  "no-restricted-imports": [
    "error",
    { patterns: groups.map(([group, message]) => ({ group, message })) },
  ],
});
const up = (...names) => names.flatMap((n) => [`**/${n}`, `**/${n}/**`]);
const noRos = [["rclnodejs", "rclnodejs/**"], "only src/ros knows rclnodejs"];
const sim = ["**/sim/**"];

/** Imports point one way (README, Architecture). Each layer names what it may not reach. */
const layers = [
  [
    "src/base/**",
    [...up("game", "learning", "evaluation", "policy", "ros", "nodes", "cli"), ...sim],
  ],
  ["src/game/**", [...up("learning", "evaluation", "policy", "ros", "nodes", "cli"), ...sim]],
  ["src/learning/**", [...up("evaluation", "ros", "nodes", "cli"), ...sim]],
  ["src/policy/**", [...up("learning", "evaluation", "ros", "nodes", "cli"), ...sim]],
  ["src/evaluation/**", [...up("ros", "nodes", "cli"), ...sim]],
  ["src/ros/**", [...up("learning", "evaluation", "policy", "nodes", "cli"), ...sim]],
  ["src/nodes/**", [...up("evaluation", "cli"), ...sim]],
  ["sim/**", [...up("learning", "evaluation", "nodes", "cli")]],
  ["sim/web/**", ["**/src/**", "node:*", "ws", "zod", "yaml"]],
];

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "build/", "install/", "log/", ".ros/", ".cache/"] },
  // AssemblyScript, which its own compiler checks.
  { ignores: ["src/learning/assembly/"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      eqeqeq: "error",
    },
  },
  ...layers.map(([files, groups]) => ({
    files: [`${files}/*.ts`, files.replace("/**", "/*.ts")],
    rules: forbid(
      [groups, "imports point one way: see README, Architecture"],
      ...(files === "src/ros/**" ? [] : [noRos]),
    ),
  })),
  {
    // The core never reads a clock or a global random source: time and seeds are passed in.
    files: ["src/game/**", "src/learning/**", "src/evaluation/**", "src/policy/**", "sim/world/**"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "pass a seed in" },
        { object: "Date", property: "now", message: "pass the time in" },
        { object: "performance", property: "now", message: "pass the time in" },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "NewExpression[callee.name='Date']", message: "pass the time in" },
      ],
    },
  },
  {
    files: ["**/*.mjs", "**/*.js", "**/*.cjs"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        setInterval: "readonly",
        clearInterval: "readonly",
        Buffer: "readonly",
      },
    },
  },
);
