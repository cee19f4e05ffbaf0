/** The grid example as a user sets it up: EV2Gym without its solver. */
import { exampleOf, expectScenario } from "./example";

const example = exampleOf("grid", "requirements.txt");

test("the scenario file is what calibrate.py writes", () =>
  expectScenario(example, "demand_response"));
