import path from "node:path";
import { z } from "zod";
import { dataError } from "../../kit/errors.js";
import { exists, readJson, writeJsonAtomic } from "../../kit/files.js";
import { CLUSTER_ENDPOINT, isRoot, nameFault } from "../knobs/index.js";
import type { Memory } from "./types.js";

const schema = z.strictObject({
  dig_url_root: z.string().refine(isRoot, "no storage root").optional(),
  pool: z.string().min(1).optional(),
  board: z
    .string()
    .refine((b) => nameFault(b) === undefined, "no safe board name")
    .optional(),
  endpoint: z
    .string()
    .refine((e) => e !== CLUSTER_ENDPOINT, "the cluster's own service is never stored")
    .optional(),
  pod_template: z.enum(["verified", "user-confirmed", "skipped-409"]).optional(),
  admin: z.boolean().optional(),
});

/** Where preferences live: `$XDG_CONFIG_HOME/reflow`, else `~/.config/reflow`. The caller gives the two values. */
export function preferencesFile(home: string, configHome?: string): string {
  return path.join(configHome || path.join(home, ".config"), "reflow", "preferences.json");
}

/** The stored preferences; none when there is no file. Throws `preferences_invalid` with the field. */
export async function loadPreferences(file: string): Promise<Memory> {
  if (!(await exists(file))) return {};
  const parsed = schema.safeParse(await readJson(file));
  if (parsed.success) return Object.freeze(parsed.data);
  const issue = parsed.error.issues[0];
  throw dataError(
    "preferences_invalid",
    `the stored preferences are wrong: ${issue?.path.join(".") || "the file"}: ${issue?.message ?? "invalid"}`,
    "Repair the field, or delete the file to be asked again.",
    { file },
  );
}

/** Merges confirmed items into the file, atomically. Anything that must not be stored is refused as on loading. */
export async function savePreferences(file: string, items: Memory): Promise<Memory> {
  const next = schema.safeParse({ ...(await loadPreferences(file)), ...items });
  if (!next.success)
    throw dataError(
      "preferences_invalid",
      `this cannot be stored: ${next.error.issues[0]?.path.join(".")}: ${next.error.issues[0]?.message}`,
      "Only confirmed references and names are stored.",
      { file },
    );
  await writeJsonAtomic(file, next.data);
  return Object.freeze(next.data);
}

/** Takes one item out of the file, for example the pod template after the cluster changed. */
export async function forget(file: string, item: keyof Memory): Promise<Memory> {
  const { [item]: _, ...rest } = await loadPreferences(file);
  await writeJsonAtomic(file, rest);
  return Object.freeze(rest);
}
