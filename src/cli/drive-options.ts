import type { Emit } from "../kit/events.js";
import type { DriveOptions } from "../loop/index.js";

/** What every command that works on a run hands to the loop. Only faces read the environment. */
export async function driveOptions(emit: Emit, signal: AbortSignal): Promise<DriveOptions> {
  const { builtinToolkit, frozenClock, localPlatform, systemClock } = await import("../engine/index.js");
  const epoch = Number(process.env.SOURCE_DATE_EPOCH);
  return {
    toolkit: builtinToolkit(),
    platform: localPlatform(),
    emit,
    signal,
    clock: process.env.SOURCE_DATE_EPOCH && Number.isSafeInteger(epoch) ? frozenClock(epoch) : systemClock,
    report: async (runDir) => {
      const { buildReport } = await import("../report/index.js");
      await buildReport(runDir);
    },
  };
}
