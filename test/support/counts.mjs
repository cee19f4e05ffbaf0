/** Jest's reporter of the last line: how many tests passed, failed and were skipped. */
export default class Counts {
  onRunComplete(_contexts, results) {
    const passed = results.numPassedTests;
    // A file that did not run to its end counts as one failure.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    if (passed + failed === 0) this.error = new Error("no test ran");
    if (this.error) process.stderr.write("No test ran.\n");
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }

  /** Makes the run fail. */
  getLastError() {
    return this.error;
  }
}
