/** Frames that no page would send, to a running server: random ones, and real ones with mistakes. */
import { once } from "node:events";
import seedrandom from "seedrandom";
import type { PageServer } from "../../sim/page_server";
import { TestPage } from "./visitors";

const REAL = [
  { type: "command", id: 1, command: { do: "stop" } },
  { type: "command", id: 2, command: { do: "speed", factor: 2 } },
  { type: "command", id: 3, command: { do: "fault", robot: 1, fault: "stall" } },
  { type: "command", id: 4, command: { do: "reset", seed: 1 } },
].map((message) => JSON.stringify(message));
const ODD = ["null", "[]", "{}", '""', "1e999", "-1", "true", "__proto__", "\u0000", '"toString"'];

type Draw = () => number;

const below = (draw: Draw, limit: number): number => Math.floor(draw() * limit);
const oneOf = <T>(draw: Draw, items: readonly T[]): T => items[below(draw, items.length)];

/** A frame: text, or bytes. */
function frame(draw: Draw): string | Buffer {
  if (draw() < 0.25)
    return Buffer.from(Array.from({ length: below(draw, 200) }, () => below(draw, 256)));
  let text = oneOf(draw, REAL);
  for (let i = below(draw, 4); i >= 0; i--) {
    const at = below(draw, text.length + 1);
    const cut = below(draw, 12);
    const put = draw() < 0.5 ? oneOf(draw, ODD) : String.fromCharCode(below(draw, 0x500));
    text = text.slice(0, at) + put + text.slice(at + cut);
  }
  return text;
}

/** Sends so many frames, a connection anew whenever the server has closed it. */
export async function fuzz(server: PageServer, frames: number, seed: string): Promise<number> {
  const draw = seedrandom(seed);
  let connections = 0;
  for (let sent = 0; sent < frames;) {
    const page = new TestPage(server);
    await once(page.socket, "open");
    connections++;
    const closed = once(page.socket, "close");
    // A page that keeps the protocol by chance ends here by itself.
    for (let i = 0; i < 5 && sent < frames; i++, sent++) page.socket.send(frame(draw));
    page.socket.close();
    await closed;
  }
  return connections;
}
