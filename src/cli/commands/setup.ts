import { homedir } from "node:os";
import path from "node:path";
import type { Command } from "commander";
import type { PartResult, SetupResult } from "../../flows/setup/index.js";
import { ReflowError } from "../../kit/errors.js";
import { quoted, suggest } from "../output.js";
import { preferencesPath, remember } from "../preferences.js";
import { interruptible } from "../work.js";

type Flags = Readonly<{
  root: string;
  from?: string;
  check?: boolean;
  hub: string;
  sizes: string;
  cache?: string;
  preferences?: string;
  json?: boolean;
  plain?: boolean;
}>;

const CASES = ["pcb", "metal", "glass", "pretrained"] as const;

/** `reflow setup <case>`: exit 0 when local flows have what they need, 3 when something is missing. */
export function registerSetup(program: Command): void {
  program
    .command("setup")
    .description("prepare a storage root for a case, and check what is there")
    .argument("<case>", "pcb, metal, glass or pretrained")
    .requiredOption("--root <dig_url_root>", "storage root: folder, file:// or s3://; never assumed")
    .option("--from <dir>", "a folder or .zip of yours with some of the parts")
    .option("--check", "only look; make, copy and fetch nothing")
    .option("--hub <url>", "model hub or a mirror of it", process.env.HF_ENDPOINT || "https://huggingface.co")
    .option("--sizes <list>", "pretrained: sizes of the base model", "2B")
    .option(
      "--cache <dir>",
      "where downloads wait and archives are unpacked (default: reflow in your cache folder)",
    )
    .option("--preferences <file>", "preferences in which the root is stored once the set-up is complete")
    .option("--json", "events as JSON lines")
    .option("--plain", "no colours and no rewritten lines")
    .addHelpText("after", HELP)
    .action(async (name: string, flags: Flags) => {
      const setup = await knownCase(name);
      const { hubUrl, prepare } = await import("../../flows/setup/index.js");
      const { secretOf } = await import("../../kit/secrets.js");
      const token = secretOf("HF_TOKEN", process.env.HF_TOKEN);
      const { openStorage, s3Access } = await import("../../flows/storage/index.js");
      const { parseKnob } = await import("../../flows/knobs/index.js");
      const sizes = String(parseKnob("pretrained_model_sizes", flags.sizes, "setup-pretrained")).split(" ");
      const storage = openStorage(flags.root, s3Access(process.env));
      const { result, emit } = await interruptible(flags, "finished files are kept", ({ emit, signal }) =>
        prepare({
          setup,
          storage,
          hub: {
            url: hubUrl(flags.hub),
            ...(token && { token }),
          },
          work: path.resolve(flags.cache ?? cacheFolder(), setup),
          sizes,
          emit,
          signal,
          ...(flags.from !== undefined && { from: path.resolve(flags.from) }),
          ...(flags.check && { checkOnly: true }),
        }),
      );
      const code = result.complete ? 0 : 3;
      if (flags.json) emit({ type: "result", name: "setup", value: { ...result, exit_code: code } });
      else process.stdout.write(summary(result));
      if (result.complete && !flags.check) await keepRoot(flags, result);
      else if (!flags.json && !result.complete)
        suggest(`reflow setup ${setup} --root ${quoted(flags.root)} --from <your folder>`);
      process.exitCode = code;
    });
}

/** Of this user alone: in a common folder others could leave what is then taken for a download. */
function cacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "reflow", "setup");
}

const HELP = `
Keys come from the environment and are never printed: HF_TOKEN for gated models and data, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL for s3:// roots.
Exit codes: 0 flows on this machine have what they need, 2 usage, 3 something is missing, 130 stopped and resumable.

Examples:
  reflow setup pcb --root /data/dig --from my-exemplars
  reflow setup metal --root s3://plant/dig
  reflow setup glass --root /data/dig --from mobile_screen.zip`;

async function knownCase(name: string): Promise<(typeof CASES)[number]> {
  const known = CASES.find((c) => c === name);
  if (known) return known;
  const { nearestName } = await import("../../kit/nearest-name.js");
  const near = nearestName(name, CASES);
  throw new ReflowError(
    "usage",
    "case_unknown",
    `there is no set-up case ${name}`,
    near ? `Did you mean ${near}?` : `The cases: ${CASES.join(", ")}.`,
  );
}

/** The root of the first complete set-up is remembered; later ones never change it by themselves. */
async function keepRoot(flags: Flags, result: SetupResult): Promise<void> {
  const { loadPreferences } = await import("../../flows/intake/index.js");
  const file = await preferencesPath(flags.preferences);
  const memory = await loadPreferences(file);
  const root = flags.root.includes("://") ? result.root : path.resolve(flags.root);
  if (memory.dig_url_root === undefined) await remember(file, { dig_url_root: root });
  if (!flags.json) suggest(`reflow ask "…" --root ${quoted(root)}`);
}

const WORDS: Readonly<Record<PartResult["state"], string>> = {
  ready: "there",
  made: "made",
  copied: "copied",
  fetched: "fetched",
  missing: "MISSING",
};

function summary(result: SetupResult): string {
  const lines = [
    `Set-up ${result.setup} under ${result.root}: ${result.complete ? "complete" : "not complete"}`,
  ];
  for (const part of result.parts) {
    const size = part.files > 0 ? `${part.files} files, ${bytes(part.bytes)}` : "";
    const optional =
      part.state === "missing" && !part.needed && result.setup !== "pretrained"
        ? "not needed on this machine"
        : "";
    lines.push(
      `  ${WORDS[part.state].padEnd(8)} ${part.path.padEnd(28)} ${[size, optional].filter(Boolean).join("; ")}`.trimEnd(),
    );
    // Of what this machine does not need, one line on how to get it is enough.
    const told = optional ? part.problems.slice(-1).map((p) => ({ ...p, severity: "info" })) : part.problems;
    for (const p of told) lines.push(`           ${p.severity}: ${p.message}`, `             ${p.hint}`);
  }
  return `${lines.join("\n")}\n`;
}

function bytes(n: number): string {
  if (n < 1e6) return `${Math.max(1, Math.round(n / 1e3))} kB`;
  return n < 1e9 ? `${(n / 1e6).toFixed(1)} MB` : `${(n / 1e9).toFixed(1)} GB`;
}
