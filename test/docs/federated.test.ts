/** What docs/federated.md shows of its example is in the example. */
import { chunksOf, read } from "./documents";

const DOCUMENT = "docs/federated.md";

test("the lines that a Flower app adds are lines of the app that is tried", () => {
  const [shown] = chunksOf(DOCUMENT).filter(({ language }) => language === "text");
  const app = read("examples/federated/flower_app.py").split("\n");
  expect(shown.lines.length).toBeGreaterThan(9);
  expect(shown.lines.filter((line) => !app.includes(line))).toEqual([]);
});
