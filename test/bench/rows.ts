import type { Row } from "../../bench/reproduce/store";

/** A row of results. */
export const row = (given: Partial<Row>): Row => ({
  ...{ study: "s", scenario: "g", line: "l", x: 1, seed: 0, measure: "m", value: 0, error: 0 },
  ...given,
});
