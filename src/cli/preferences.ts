import { homedir } from "node:os";
import type { Memory } from "../flows/intake/index.js";

/** Where the preferences of this user are: the flag, REFLOW_PREFERENCES, else the usual folder. */
export async function preferencesPath(flag?: string): Promise<string> {
  const { preferencesFile } = await import("../flows/intake/index.js");
  return flag || process.env.REFLOW_PREFERENCES || preferencesFile(homedir(), process.env.XDG_CONFIG_HOME);
}

/** Stores what was confirmed and says so on standard error. */
export async function remember(file: string, items: Memory): Promise<void> {
  const names = Object.entries(items).map(([name, value]) => `${name}=${String(value)}`);
  if (names.length === 0) return;
  const { savePreferences } = await import("../flows/intake/index.js");
  await savePreferences(file, items);
  process.stderr.write(`remembered: ${names.join(", ")} (${file})\n`);
}
