/**
 * Turns Ctrl-C and SIGTERM into an abort, so that the work stops at a resumable point; a second Ctrl-C ends at once,
 * which is safe too (everything survives a kill).
 */
export function onInterrupt(): { signal: AbortSignal; done: () => void } {
  const abort = new AbortController();
  const stop = () => {
    if (abort.signal.aborted) process.exit(130);
    process.stderr.write("\nstopping; finished work is kept (again to stop at once)\n");
    abort.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("SIGHUP", stop);
  return {
    signal: abort.signal,
    done: () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      process.off("SIGHUP", stop);
    },
  };
}
