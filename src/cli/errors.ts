import { formatPlace, type Place, type Problem, ReflowError } from "../kit/errors.js";

/** Problems printed after an error; the rest is counted. */
const SHOWN = 10;

/**
 * Prints an error on standard error: `code: message`, its place, what to do, and the other problems found with it.
 * With `json` it goes to standard output as the last event; `brief` is the first line alone. A fault of ours (not a ReflowError) shows its stack
 * only when REFLOW_DEBUG is set.
 */
export function printError(
  error: unknown,
  o: { json: boolean; brief?: boolean; extra?: Readonly<Record<string, unknown>> },
): void {
  const known = error instanceof ReflowError;
  const code = known ? error.code : "internal_error";
  const message = error instanceof Error ? error.message : String(error);
  const hint = known
    ? error.hint
    : "This is a fault of reflow. Set REFLOW_DEBUG=1 for details, and please report it.";
  const problems = known ? error.problems : [];
  if (o.json) {
    process.stdout.write(
      `${JSON.stringify({
        type: "error",
        code,
        message,
        hint,
        ...(known && error.where ? { where: error.where } : {}),
        ...(problems.length > 0 ? { problems } : {}),
        exit_code: known ? error.exitCode : 4,
        ...o.extra,
      })}\n`,
    );
    return;
  }
  if (o.brief) {
    process.stderr.write(`${code}: ${message}\n`);
    return;
  }
  const others = distinct(problems, { code, message, where: known ? error.where : undefined });
  const lines = [`${code}: ${message}`, ...place(known ? error.where : undefined), `  ${hint}`];
  for (const p of others.slice(0, SHOWN))
    lines.push(`  - ${p.code}: ${p.message}`, ...place(p.where).map((l) => `  ${l}`));
  if (others.length > SHOWN) lines.push(`  … and ${others.length - SHOWN} more`);
  if (!known && process.env.REFLOW_DEBUG && error instanceof Error) lines.push(error.stack ?? "");
  process.stderr.write(`${lines.filter((l) => l.trim() !== "").join("\n")}\n`);
}

type Told = Readonly<{ code: string; message: string; where?: Place | undefined }>;

/** The problems that say something else than `first` and each other: another code, another place. */
function distinct(problems: readonly Problem[], first: Told): readonly Problem[] {
  // Without a place only the words tell two problems of one code apart.
  const key = (t: Told) => `${t.code}\n${formatPlace(t.where) || t.message}`;
  const words = `${first.code}\n${first.message}`;
  const seen = new Set([key(first)]);
  return problems.filter((p) => {
    if (`${p.code}\n${p.message}` === words || seen.has(key(p))) return false;
    seen.add(key(p));
    return true;
  });
}

function place(where: Place | undefined): string[] {
  const text = formatPlace(where);
  return text === "" ? [] : [`  at ${text}`];
}
