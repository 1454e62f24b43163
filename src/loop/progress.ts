import { rename, rm, writeFile } from "node:fs/promises";
import type { ReflowEvent } from "../kit/index.js";

/** The live view of a run, for `reflow status` of another process. Lost without harm. */
export type Progress = Readonly<{
  label: string;
  stage: string;
  what?: string;
  done?: number;
  total?: number;
  unit?: string;
  eta?: number;
  detail?: Readonly<Record<string, number | string>>;
}>;

const EVERY_MS = 1000;

/** Keeps `progress.json` fresh, at most once a second; the file is gone when the run stops. */
export function progressWriter(file: string) {
  let now: Progress = { label: "", stage: "" };
  let last = 0;
  let pending: Promise<void> = Promise.resolve();
  let ended = false;
  const write = () => {
    last = Date.now();
    const text = JSON.stringify(now);
    pending = pending.then(async () => {
      if (ended) return;
      try {
        await writeFile(`${file}.new`, text);
        await rename(`${file}.new`, file);
      } catch {
        // A full disk must not stop the work over a progress file.
      }
    });
  };
  return {
    stage(label: string, stage: string) {
      now = { label, stage };
      write();
    },
    note(event: ReflowEvent) {
      if (event.type !== "progress") return;
      const { type: _, ...rest } = event;
      now = { label: now.label, stage: now.stage, ...rest };
      if (Date.now() - last >= EVERY_MS) write();
    },
    async end() {
      ended = true;
      await pending.catch(() => {});
      await rm(`${file}.new`, { force: true }).catch(() => {});
      await rm(file, { force: true }).catch(() => {});
    },
  };
}
