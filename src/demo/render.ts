import type { Emit } from "../kit/events.js";
import { renderScan } from "../scene/scan/index.js";
import { FRAMES, LIGHTING } from "./cookbook.js";
import type { Scan } from "./scans.js";

/** Renders scans one after the other with one bar for all. Goes on where it was stopped. */
export async function renderAll(
  scans: readonly Scan[],
  o: Readonly<{ workers: number; emit: Emit; signal?: AbortSignal }>,
): Promise<void> {
  const total = scans.length * FRAMES;
  const began = performance.now();
  let finished = 0;
  let kept = 0;
  for (const scan of scans) {
    const emit: Emit = (event) => {
      if (event.type !== "progress" || event.what !== "render") return;
      const done = finished + event.done;
      const eta = ((performance.now() - began) / 1000 / Math.max(1, done - kept)) * (total - done);
      o.emit({ ...event, what: "rendering the demo's boards", done, total, eta });
    };
    const made = await renderScan({
      ...{ ...scan, emit, quality: "final", workers: o.workers },
      lightings: [LIGHTING],
      ...(o.signal && { signal: o.signal }),
    });
    finished += made.frames;
    kept += made.kept;
  }
}
