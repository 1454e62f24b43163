import { randomBytes } from "node:crypto";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError, Option } from "commander";
import type {
  Answers,
  Environment,
  IntakeRequest,
  Memory,
  Question,
  Resolution,
} from "../../flows/intake/index.js";
import { ReflowError } from "../../kit/errors.js";
import { planSections, questionText } from "../ask-text.js";
import { quoted, suggest } from "../output.js";
import { preferencesPath, remember } from "../preferences.js";

/** Questions are open and nobody is there to answer. */
export const QUESTIONS_OPEN = 5;

type Flags = Readonly<{
  answers?: string;
  answer: readonly (readonly [string, string])[];
  root?: string;
  pool?: string;
  name?: string;
  planOnly?: boolean;
  platform: "local" | "osmo";
  preferences?: string;
  remember?: boolean;
  json?: boolean;
}>;

/** `reflow ask "<request>"`: exit 0 with a plan, 2 when it cannot work, 5 when questions are open. Runs nothing. */
export function registerAsk(program: Command): void {
  program
    .command("ask")
    .description("turn a request into a plan, or into the few questions that are still open")
    .argument("<request>", 'what you want, e.g. "50 bridges on the mixed board"')
    .option("--answers <file>", "YAML or JSON file with answers: <question id>: <option, or text>")
    .option("--answer <id=option>", "one answer; may be given several times", answerOption, [])
    .option("--root <dig_url_root>", "storage root: folder, file:// or s3://")
    .option("--pool <name>", "pool of the cluster")
    .option("--name <name>", "run name (default: prefix of the flow and a fresh stamp)")
    .option("--plan-only", "nothing will be run: a storage root need not be known")
    .addOption(
      new Option("--platform <name>", "where it will run").choices(["local", "osmo"]).default("local"),
    )
    .option(
      "--preferences <file>",
      "preferences (default: reflow/preferences.json in the configuration folder)",
    )
    .option("--remember", "store values of this request that differ from the stored ones")
    .option("--json", "one JSON document; never asks")
    .addHelpText("after", HELP)
    .action(async (said: string, flags: Flags) => {
      // The words are shown again: nothing in them may steer a terminal.
      const text = said.replaceAll(/\p{Cc}/gu, " ");
      if (text.trim() === "")
        throw new ReflowError(
          "usage",
          "not_understood",
          "the request is empty",
          'Say what you want, for example "50 bridges on the mixed board".',
        );
      const { loadPreferences, resolve } = await import("../../flows/intake/index.js");
      const file = await preferencesPath(flags.preferences);
      const memory = await loadPreferences(file);
      const env = await environment(flags.platform);
      let request: IntakeRequest = {
        text,
        ...(flags.root !== undefined && { root: fullRoot(flags.root) }),
        ...(flags.pool !== undefined && { pool: flags.pool }),
        ...(flags.name !== undefined && { name: flags.name }),
        ...(flags.planOnly && { planOnly: true }),
        answers: { ...(await answersOf(flags.answers)), ...Object.fromEntries(flags.answer) },
      };
      let result = resolve(request, memory, env);
      const person = process.stdin.isTTY === true && process.stderr.isTTY === true && !flags.json;
      while (result.kind === "questions" && person) {
        request = { ...request, answers: { ...request.answers, ...(await askPerson(result.questions)) } };
        result = resolve(request, memory, env);
      }
      await finish(result, { flags, file, memory, text });
    });
}

const HELP = `
Without a terminal open questions are printed as JSON and the exit code is 5; answer them with --answer or --answers.
Exit codes: 0 a plan, 2 the request cannot work, 3 answers or preferences cannot be read, 5 questions are open.

Examples:
  reflow ask "good images of the dense board, max 3 emitted" --root /data/dig
  reflow ask "generate me 10 images" --json
  reflow ask "generate me 10 images" --root /data/dig --answer Q-COUNT=a`;

async function finish(
  result: Resolution,
  o: Readonly<{ flags: Flags; file: string; memory: Memory; text: string }>,
): Promise<void> {
  const { flags } = o;
  if (result.kind === "stop") throw new ReflowError("usage", result.code, result.message, result.hint);
  const print = (value: unknown) =>
    process.stdout.write(`${JSON.stringify({ type: "result", name: "ask", value })}\n`);
  if (result.kind === "questions") {
    print({ ...result, exit_code: QUESTIONS_OPEN });
    if (!flags.json) {
      for (const question of result.questions) process.stderr.write(`${questionText(question)}\n`);
      suggest(again(o.text, flags, result.questions));
    }
    process.exitCode = QUESTIONS_OPEN;
    return;
  }
  const { plan } = result;
  const now = plan.remember.filter((r) => r.when === "now" || (r.when === "conflict" && flags.remember));
  if (flags.json) print({ ...result, exit_code: 0 });
  else process.stdout.write(planSections(plan, flags.platform));
  if (!flags.planOnly) await remember(o.file, Object.fromEntries(now.map((r) => [r.item, kept(r)])));
  for (const r of plan.remember)
    if (r.when === "conflict" && !flags.remember)
      process.stderr.write(
        `${r.item} differs from the stored ${String(o.memory[r.item])}; --remember stores ${kept(r)}\n`,
      );
  if (!flags.json && flags.platform === "local" && plan.command.length > 0)
    suggest(plan.command.map(quoted).join(" "));
}

/** The same command with an answer to every open question. */
function again(text: string, flags: Flags, open: readonly Question[]): string {
  const given: readonly (readonly [string, string | undefined])[] = [
    ["--root", flags.root],
    ["--pool", flags.pool],
    ["--name", flags.name],
    ["--platform", flags.platform === "local" ? undefined : flags.platform],
    ["--preferences", flags.preferences],
    ["--answers", flags.answers],
    ...flags.answer.map(([id, answer]) => ["--answer", `${id}=${answer}`] as const),
    ...open.map(
      ({ id, options: [first] }) => ["--answer", `${id}=${first?.input ? `<${first.input}>` : "a"}`] as const,
    ),
  ];
  const words = [
    "reflow",
    "ask",
    text,
    ...given.flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])),
  ];
  return [...words, ...(flags.planOnly ? ["--plan-only"] : [])].map(quoted).join(" ");
}

/** A folder as a full path: it must mean the same from everywhere. */
const fullRoot = (root: string): string => (root === "" || root.includes("://") ? root : path.resolve(root));

const kept = (r: Readonly<{ item: string; value: string }>): string =>
  r.item === "dig_url_root" ? fullRoot(r.value) : r.value;

/** Facts of this machine: the boards with a cookbook, a fresh stamp. */
async function environment(platform: Flags["platform"]): Promise<Environment> {
  const stamp = randomBytes(4).toString("hex");
  if (platform === "osmo") return { platform, stamp };
  const { readdir } = await import("node:fs/promises");
  const folder = fileURLToPath(new URL("../../../cookbooks/pcb", import.meta.url));
  const entries = await readdir(folder, { withFileTypes: true });
  const boards = entries.filter((e) => e.isDirectory()).map((e) => e.name);
  return { platform, stamp, boards: boards.sort(), suggestedRoot: path.resolve("dig") };
}

async function answersOf(file: string | undefined): Promise<Answers> {
  if (file === undefined) return {};
  const { readText } = await import("../../kit/files.js");
  const { parse } = await import("yaml");
  const invalid = (message: string) =>
    new ReflowError(
      "data",
      "answers_invalid",
      message,
      "Write lines such as `Q-COUNT: a` or `Q-ROOT: /data/dig`.",
      { where: { file } },
    );
  let value: unknown;
  try {
    value = parse(await readText(file));
  } catch (error) {
    if (error instanceof ReflowError) throw error;
    throw invalid(`the answers are no YAML: ${(error as Error).message.split("\n")[0]}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid("the answers are no list of `<question id>: <answer>`");
  return Object.fromEntries(
    Object.entries(value).map(([id, answer]) => {
      if (typeof answer !== "string" && typeof answer !== "number")
        throw invalid(`${id}: the answer must be a text`);
      return [id, String(answer)];
    }),
  );
}

function answerOption(
  text: string,
  before: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const [, id, answer] = /^([A-Z]-[A-Z]+)=(.+)$/s.exec(text) ?? [];
  if (!id || !answer) throw new InvalidArgumentError("write for example Q-COUNT=a or Q-ROOT=/data/dig");
  return [...before, [id, answer]];
}

/** Asks on the terminal. Enter takes the recommended option, except for the storage root, which is never assumed. */
async function askPerson(questions: readonly Question[]): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on("SIGINT", () => terminal.close());
  // Lines as a stream, so that nothing that was typed ahead is lost.
  const lines = terminal[Symbol.asyncIterator]();
  const typed = async (prompt: string): Promise<string> => {
    terminal.setPrompt(prompt);
    terminal.prompt();
    const line = await lines.next();
    if (line.done)
      throw new ReflowError("interrupted", "interrupted", "stopped; nothing was done", "Ask again.");
    return line.value.trim();
  };
  const answers: Record<string, string> = {};
  try {
    for (const question of questions) {
      process.stderr.write(`\n${questionText(question)}\n`);
      answers[question.id] = await oneAnswer(question, typed);
    }
  } finally {
    terminal.close();
  }
  return answers;
}

async function oneAnswer(question: Question, typed: (prompt: string) => Promise<string>): Promise<string> {
  const mayAssume = question.id !== "Q-ROOT" && question.options[0]?.input === undefined;
  for (;;) {
    const answer = (await typed(mayAssume ? "Answer [1]: " : "Answer: ")) || (mayAssume ? "1" : "");
    const chosen = question.options[Number(answer) - 1];
    if (chosen?.input === undefined) {
      if (answer !== "") return answer;
      continue;
    }
    const pasted = await typed(`${chosen.input}: `);
    if (pasted !== "") return `${chosen.key}: ${pasted}`;
  }
}
