import { z } from "zod";
import { type Clock, folderStamp } from "../engine/index.js";
import { exists, readJson, writeJsonAtomic } from "../kit/index.js";

const schema = z.record(z.string(), z.string());

/**
 * The name of the time-stamped folder of a stage, decided and made durable before the stage starts: a resumed
 * stage uses the folder it began in, so an interrupted run ends with the same set of files.
 *
 * @returns `YYYY-MM-DD_HHMMSS`
 */
export async function stampFor(file: string, step: string, clock: Clock): Promise<string> {
  const known = await readIntents(file);
  const found = known[step];
  if (found) return found;
  const stamp = folderStamp(clock.now());
  await writeJsonAtomic(file, { ...known, [step]: stamp });
  return stamp;
}

async function readIntents(file: string): Promise<Readonly<Record<string, string>>> {
  if (!(await exists(file))) return {};
  const parsed = schema.safeParse(await readJson(file));
  return parsed.success ? parsed.data : {};
}
