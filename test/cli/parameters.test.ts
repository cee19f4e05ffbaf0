import { generatedFiles } from "../../src/cli/parameters";
import { read } from "../packaging/checkout";

test.each(Object.entries(generatedFiles()))(
  "%s is as the parameters are declared; if not, run: npm run parameters -- --write",
  (file, contents) => {
    expect(read(file)).toBe(contents);
  },
);
