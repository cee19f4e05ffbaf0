/** The program of one thread of sweeps.ts. */
import { serveThread } from "../base/platform";
import { answering } from "./sweep_share";

serveThread(answering);
