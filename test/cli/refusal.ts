import type { outcomeOf } from "../../src/cli/options";

/** A command refuses `args` in one sentence with status 2, and prints nothing else. */
export async function expectRefusal(
  command: (args: readonly string[]) => ReturnType<typeof outcomeOf>,
  args: readonly string[],
  sentence: RegExp | string,
): Promise<void> {
  const printed = [process.stdout, process.stderr].map((stream) => jest.spyOn(stream, "write"));
  try {
    const { status, why = "" } = await command(args);
    expect(status).toBe(2);
    expect(why).toMatch(sentence);
    expect(why.split("\n")).toHaveLength(1);
    for (const write of printed) expect(write).not.toHaveBeenCalled();
  } finally {
    for (const write of printed) write.mockRestore();
  }
}
