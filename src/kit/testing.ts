import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * A folder of the shared real data, or undefined when it is not on this machine.
 *
 * @example const data = sharedData("deeppcb"); test.skipIf(!data)("…", …)
 */
export function sharedData(...parts: readonly string[]): string | undefined {
  const root = fileURLToPath(new URL("../../../shared/data", import.meta.url));
  const folder = path.join(root, ...parts);
  return existsSync(folder) ? folder : undefined;
}
