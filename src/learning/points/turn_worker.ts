/** The program of one thread of turn_threads.ts. */
import { serveThread } from "../../base/platform";
import { type Share, TurnTaker } from "./turn";

serveThread((share: Share) => new TurnTaker(share));
