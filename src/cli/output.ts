import { formatPlace } from "../kit/errors.js";
import type { Emit, ReflowEvent } from "../kit/events.js";

export { quoted } from "../kit/quoted.js";

/** Milliseconds between two plain progress lines of one kind. */
const PLAIN_EVERY = 5000;
const BAR_EVERY = 100;
const BAR_WIDTH = 24;

export type OutputMode = "human" | "plain" | "json";

/** `--json` wins, then `--plain`; without a terminal there are no bars and colours either. */
export function outputMode(o: { json?: boolean; plain?: boolean }): OutputMode {
  if (o.json) return "json";
  return o.plain || !process.stderr.isTTY ? "plain" : "human";
}

/**
 * Shows events: stages and results as lines, progress as one rewritten line on a terminal, as a line every few
 * seconds elsewhere, or everything as JSON lines on standard output. Only results go to standard output.
 */
export function reporter(mode: OutputMode): { emit: Emit; clear: () => void } {
  if (mode === "json")
    return {
      emit: (event) => {
        process.stdout.write(`${JSON.stringify(event)}\n`);
      },
      clear: () => {},
    };
  const last = new Map<string, number>();
  let barShown = false;
  const clear = () => {
    if (barShown) process.stderr.write("\r\u001b[2K");
    barShown = false;
  };
  const line = (text: string) => {
    clear();
    process.stderr.write(`${text}\n`);
  };
  const due = (what: string, every: number): boolean => {
    const now = performance.now();
    if (now - (last.get(what) ?? Number.NEGATIVE_INFINITY) < every) return false;
    last.set(what, now);
    return true;
  };
  const hinted = new Set<string>();
  const emit = (event: ReflowEvent): void => {
    if (event.type === "progress") {
      if (mode === "human" && due("bar", BAR_EVERY)) {
        const room = (process.stderr.columns ?? 80) - 1;
        process.stderr.write(`\r\u001b[2K${barText(event).slice(0, room)}`);
        barShown = true;
      } else if (mode === "plain" && event.done > 0 && due(event.what, PLAIN_EVERY))
        line(`  ${plainText(event)}`);
    } else if (event.type === "stage") {
      if (event.status === "start") line(`${event.label}/${event.stage} …`);
      else line(`${mark(event.status, mode)} ${event.summary ?? `${event.label}/${event.stage}`}`);
    } else if (event.type === "log") line(`${event.level === "warn" ? "warning: " : ""}${event.message}`);
    else if (event.type === "problem" && event.problem.severity !== "info") {
      const { severity, code, message, hint, where } = event.problem;
      const place = formatPlace(where);
      // Some messages name the file themselves.
      const told = place === "" || (where?.file !== undefined && message.includes(where.file));
      line(`${severity}: ${code}: ${message}${told ? "" : ` (at ${place})`}`);
      // What to do about many of one kind is said once.
      if (hint !== "" && !hinted.has(hint)) line(`  ${hint}`);
      hinted.add(hint);
    }
  };
  return { emit, clear };
}

type Progress = Extract<ReflowEvent, { type: "progress" }>;

function barText(p: Progress): string {
  const part = p.total > 0 ? Math.min(1, p.done / p.total) : 0;
  const full = Math.round(part * BAR_WIDTH);
  return `${p.what} ${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)} ${Math.floor(part * 100)} % ${tail(p)}`;
}

function plainText(p: Progress): string {
  return `${p.what}: ${outOf(p)}${tail(p)}`;
}

/** `3 of 7 frames`, `1 of 1 frame`. */
export function outOf({ done, total, unit }: Pick<Progress, "done" | "total" | "unit">): string {
  return `${done} of ${total} ${total === 1 ? unit.replace(/s$/, "") : unit}`;
}

function tail(p: Progress): string {
  const detail = Object.entries(p.detail ?? {}).map(
    ([k, v]) => `${k} ${typeof v === "number" ? Number(v.toPrecision(4)) : v}`,
  );
  if (p.eta !== undefined) detail.push(`${duration(p.eta)} left`);
  return detail.length > 0 ? `  ${detail.join(", ")}` : "";
}

function mark(status: "ok" | "error" | "skip", mode: OutputMode): string {
  if (mode === "plain" || process.env.NO_COLOR) return status === "error" ? "failed:" : "done:";
  return status === "error" ? "\u001b[31m✗\u001b[0m" : "\u001b[32m✓\u001b[0m";
}

/** `45 s`, `3 min 20 s`, `1 h 5 min`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.ceil(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** What to do next, on standard error so that pipes see results only. */
export function suggest(command: string): void {
  process.stderr.write(`Next: ${command}\n`);
}

/** `1 frame`, `0 frames`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
