/** Compiles everything into dist/, types checked: what `npm run build` calls. */
import { main } from "./setup/base.mjs";
import { compilation } from "./setup/compilation.mjs";
import { alone } from "./setup/tool.mjs";

await main(() => alone(() => compilation.run({ checked: true })));
