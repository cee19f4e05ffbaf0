/**
 * Jest's environment for Node.js with plain globals. Jest puts an interceptor before each lookup of
 * a global (`Math`, `Float64Array`), which makes code that computes several times slower than it is
 * outside of the tests; Node.js can make a context without one.
 */
import vm from "node:vm";
import { TestEnvironment } from "jest-environment-node";

export default class PlainGlobals extends TestEnvironment {
  constructor(config, context) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
  }

  /** Called by jest-circus: tests see in `previousTestFailed` how the one before them ended. */
  handleTestEvent(event) {
    if (event.name !== "test_done") return;
    this.global.previousTestFailed = event.test.errors.length > 0;
  }
}
