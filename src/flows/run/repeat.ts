import { quoted } from "../../kit/quoted.js";

/** The command line of a request: in its folder any other one is refused. */
export function repeatCommand(
  o: Readonly<{ flow: string; cookbook: string; output: string; seed: number; set: readonly string[] }>,
): string {
  const words = ["reflow", "generate", o.flow, "--cookbook", o.cookbook, "--output", o.output];
  if (o.seed !== 0) words.push("--seed", String(o.seed));
  for (const set of o.set) words.push("--set", set);
  return words.map(quoted).join(" ");
}
