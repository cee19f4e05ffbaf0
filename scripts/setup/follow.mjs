/**
 * Preloaded into a program: ends it when the script that started it is gone. Processes that the
 * program forks preload this file too; for them it does nothing.
 */
if (process.channel && process.env.ALTERNATING_MARL_STARTER === String(process.ppid)) {
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  // The channel must not keep a finished program alive.
  process.channel.unref();
}
