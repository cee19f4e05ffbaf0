/** The federated example as a user sets it up. */
import { exampleOf, expectScenario } from "./example";

const example = exampleOf("federated", "requirements-flower.txt");

test("the scenario file is what calibrate.py writes", () =>
  expectScenario(example, "federated_rounds"));

test("Flower's simulation of 50 clients learns by the strategy", () => {
  const policy = example.learn("federated_rounds", 50, 0);
  const said = example.run("flower_app.py", policy, "50", "30");
  const [, decisions, beliefs, accuracy] =
    /^(\d+) decisions, belief \[(.*)\], accuracy ([\d.]+)$/m.exec(said)!;
  // Thirty rounds are thirty decisions for long ones, or five for six short ones each.
  expect(Number(decisions)).toBeGreaterThanOrEqual(5);
  expect(Number(decisions)).toBeLessThanOrEqual(30);
  const belief = beliefs.split(", ").map(Number);
  expect(belief.reduce((sum, share) => sum + share)).toBeCloseTo(1, 1);
  // What was heard moved it away from what is believed of a start.
  expect(Math.max(...belief)).toBeGreaterThan(0.16);
  expect(Number(accuracy)).toBeGreaterThan(0.85);
});
