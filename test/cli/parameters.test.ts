import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parameterTable } from "../../src/cli/parameters";
import { root } from "../games";

test("README shows every parameter as it is declared (npm run parameters prints the table)", () => {
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain(parameterTable());
});
