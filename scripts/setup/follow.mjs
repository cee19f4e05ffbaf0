/**
 * Loaded into a program before itself: ends the program when the script that started it is gone.
 * A process which that program forks inherits this file, and leaves its own channel alone.
 */
if (process.channel && process.env.ALTERNATING_MARL_STARTER === String(process.ppid)) {
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  // The channel alone must not keep a program alive which is done.
  process.channel.unref();
}
