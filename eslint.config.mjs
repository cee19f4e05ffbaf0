import js from "@eslint/js";
import tseslint from "typescript-eslint";
import imports from "./test/lint/imports.mjs";

/** Files whose types the rules may ask for. */
const typed = ["src/**/*.ts", "sim/**/*.ts", "bench/**/*.ts", "test/**/*.ts"];
const forbid = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });
const noRos = { group: ["rclnodejs", "rclnodejs/**"], message: "only src/ros knows rclnodejs" };

/** Imports point one way (README, Architecture): what each layer may reach beside itself. */
const pure = ["src/base", "src/game", "src/policy", "src/learning", "src/evaluation"];
const upTo = (layer) => pure.slice(0, pure.indexOf(layer));
const layers = {
  ...Object.fromEntries(pure.map((layer) => [layer, upTo(layer)])),
  "src/ros": ["src/base"],
  "src/nodes": [...upTo("src/evaluation"), "src/ros"],
  "src/cli": "all",
  sim: ["src/base", "src/game", "src/policy", "src/ros"],
  "sim/web": ["sim/protocol.ts"],
};

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "build/", "install/", "log/", ".ros/", ".cache/"] },
  { ignores: ["src/*/generated/", "sim/generated/"] },
  // AssemblyScript, which its own compiler checks.
  { ignores: ["src/base/assembly/"] },
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
  {
    files: typed,
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { ours: { rules: { imports } } },
    rules: {
      "ours/imports": ["error", layers],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    // A function that one sees at once.
    files: ["src/**/*.ts", "sim/**/*.ts", "bench/**/*.ts", "scripts/**/*.mjs"],
    rules: {
      "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["src/**/*.ts", "sim/**/*.ts"],
    ignores: ["src/ros/**"],
    rules: forbid(noRos),
  },
  {
    files: ["sim/web/**/*.ts"],
    rules: forbid(noRos, {
      group: ["node:*", "ws", "zod", "yaml"],
      message: "the page is sent to every visitor",
    }),
  },
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
