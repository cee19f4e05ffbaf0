/** The program of one thread of turn_threads.ts. */
import { serveThread } from "../../base/platform";
import { answering } from "./turn";

serveThread(answering);
