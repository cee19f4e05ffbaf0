/** The program of one thread of sweeps.ts. */
import { serveThread } from "../base/platform";
import { type Share, Sweeper } from "./sweeper";

serveThread((share: Share) => new Sweeper(share));
