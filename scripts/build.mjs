/** Compiles everything into dist/, types checked: what `npm run build` calls. */
import { compileAll } from "./setup/compilation.mjs";
import { withLock } from "./setup/lock.mjs";
import { main } from "./setup/report.mjs";
import { interruptible } from "./setup/tool.mjs";

await main(() => interruptible(() => withLock(() => compileAll({ checked: true }))));
