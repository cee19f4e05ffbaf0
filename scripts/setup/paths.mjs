import path from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout, and the folders that a set-up makes in it (all of them git-ignored). */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const inRoot = (...parts) => path.join(root, ...parts);

export const logs = inRoot(".cache", "setup");
export const python = inRoot(".ros", "python");
export const interfaces = inRoot(".ros", "interfaces");
/** Below the interfaces: the messages' Python module, wherever this Python keeps its own. */
export const pythonModules = path.join("lib", "python");
export const native = inRoot(".ros", "native");
export const rclnodejs = inRoot("node_modules", "rclnodejs");
export const dist = inRoot("dist");
