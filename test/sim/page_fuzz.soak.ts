import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { startQuietServer } from "./quiet_server";
import { fuzz } from "./fuzz";

/** Growth of the heap that is no leak, bytes. */
const NOISE = 10e6;

test("100,000 random and mutated frames: nothing is obeyed, and memory stays", async () => {
  const { server, obeyed, lines, end } = await startQuietServer();
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heap = (): number => {
    lines.splice(0);
    collect();
    return process.memoryUsage().heapUsed;
  };
  try {
    await fuzz(server, 20_000, "first");
    const before = heap();
    await fuzz(server, 80_000, "then");
    const grown = heap() - before;
    console.log(`the heap grew by ${(grown / 1e6).toFixed(1)} MB over 80,000 frames`);
    expect(grown).toBeLessThan(NOISE);
    expect(obeyed).toEqual([]);
  } finally {
    await end();
  }
}, 900_000);
