import { type DeftState, iterationNumber, STAGES } from "./types.js";

/** Which event may follow which (contract 2.10, the auditor's rule). */
export function mayFollow(
  before: { iter: string; stage: string; status: string } | undefined,
  after: { iter: string; stage: string },
): boolean {
  const key = `${after.iter}/${after.stage}`;
  if (!before) return key === "baseline/train" || key === "baseline/evaluate";
  if (before.status === "error" || before.stage === "loop_stop") return false;
  const same = (stage: string) => key === `${before.iter}/${stage}`;
  switch (before.stage) {
    case "train":
      return same("evaluate");
    case "evaluate":
      return same("rca") || same("loop_stop");
    case "rca":
      return key === `iter${iterationNumber(before.iter) + 1}/routing`;
    case "routing":
      return same("anomalygen") || same("anomalygen_finetune");
    case "anomalygen_finetune":
      return same("anomalygen");
    case "anomalygen":
      return same("data_mining");
    case "data_mining":
      return same("data_merge");
    case "data_merge":
      return same("train");
    default:
      return false;
  }
}

/** What is wrong with a state, in words; empty when it is one that our own commits could have made. */
export function stateFaults(state: DeftState): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  state.events.forEach((event, i) => {
    if (event.seq !== i + 1) faults.push(`event ${i + 1} has seq ${event.seq}`);
    if (Number.isNaN(iterationNumber(event.iter))) faults.push(`event ${i + 1} has label ${event.iter}`);
    if (!(STAGES as readonly string[]).includes(event.stage))
      faults.push(`event ${i + 1} has stage ${event.stage}`);
    if (!mayFollow(state.events[i - 1], event))
      faults.push(`event ${i + 1} (${event.iter}/${event.stage}) is out of order`);
    const key = `${event.iter}/${event.stage}`;
    if (seen.has(key)) faults.push(`${key} has two events`);
    seen.add(key);
  });
  const highest = Math.max(0, ...Object.keys(state.iterations).map(iterationNumber));
  if (state.current_iteration !== highest)
    faults.push(`current_iteration is ${state.current_iteration}, the highest label is iter${highest}`);
  const last = state.events.at(-1);
  const status = !last
    ? "in_progress"
    : last.status === "error"
      ? "failed"
      : last.stage === "loop_stop"
        ? "complete"
        : "in_progress";
  if (state.status !== status) faults.push(`status is ${state.status}, the events say ${status}`);
  for (const [label, record] of Object.entries(state.iterations)) {
    const ok = state.events.filter((e) => e.iter === label && e.status === "ok" && e.stage !== "loop_stop");
    const done = ok.at(-1)?.stage;
    const preSeeded = label === "baseline" && ok.length === 0 && record.stage_completed === "train";
    if (record.stage_completed !== done && !preSeeded)
      faults.push(
        `${label}.stage_completed is ${record.stage_completed ?? "absent"}, the events say ${done ?? "nothing"}`,
      );
  }
  return faults;
}
