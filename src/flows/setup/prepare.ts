import { stat } from "node:fs/promises";
import path from "node:path";
import { asProblem, type Problem, ReflowError } from "../../kit/errors.js";
import type { Emit } from "../../kit/events.js";
import { BOARDS, boardByName } from "../../scene/boards/index.js";
import { buildScene } from "../../scene/build/index.js";
import type { SetupCase } from "../knobs/index.js";
import type { Storage } from "../storage/index.js";
import { checkPart, MANIFEST } from "./check.js";
import { download } from "./download.js";
import { type Hub, hubFiles } from "./hub.js";
import { fits, type Importing, importPart } from "./import.js";
import { type Part, partsOf, type Source } from "./parts.js";
import { alone, withUnpacked } from "./unpacked.js";

export type SetupOptions = Readonly<{
  setup: SetupCase;
  storage: Storage;
  /** A folder or zip of the user with some of the parts. */
  from?: string;
  hub: Hub;
  /** Where downloads wait on their way to a bucket; archives are unpacked there. */
  work: string;
  emit: Emit;
  signal?: AbortSignal;
  /** Only look, fetch and write nothing. */
  checkOnly?: boolean;
  /** Sizes of the base model. */
  sizes?: readonly string[];
  /** Repetitions of a download, and milliseconds before the first. */
  retries?: number;
  pause?: number;
  /** Stands for the sources of the contract in tests and behind mirrors. */
  mirror?: (url: string) => string;
  /** Makes one of our boards; stands in for the real one in tests, which takes seconds. */
  scene?: (name: (typeof BOARDS)[number]) => string;
}>;

/** `ready`: it was there; the others say how it came. `missing`: `problems` say what to put where. */
export type PartState = "ready" | "made" | "copied" | "fetched" | "missing";

export type PartResult = Readonly<{
  path: string;
  url: string;
  state: PartState;
  needed: boolean;
  files: number;
  bytes: number;
  problems: readonly Problem[];
}>;

export type SetupResult = Readonly<{
  setup: SetupCase;
  root: string;
  parts: readonly PartResult[];
  complete: boolean;
}>;

type Manifest = Readonly<{ complete: boolean; source: string; files?: Readonly<Record<string, number>> }>;

/**
 * Prepares the parts of a case under a storage root and checks them (dig 1.2, 9). What is complete stays; what was cut
 * off goes on; what the user names with `from` is copied; our own boards are made; the rest is fetched where no account
 * is needed or a token was given. A part that cannot be had is a result, not an error: its problems say what to put
 * where. Throws for the root itself, for `from`, and when interrupted.
 */
export async function prepare(o: SetupOptions): Promise<SetupResult> {
  if (o.from === undefined || o.checkOnly) return prepareParts(o);
  // A zip is unpacked once for all parts.
  return withUnpacked(o.from, path.join(o.work, "from"), (from) => prepareParts({ ...o, from }));
}

async function prepareParts(o: SetupOptions): Promise<SetupResult> {
  const wantedParts = partsOf(o.setup, o.sizes);
  if (o.from !== undefined && !o.checkOnly) await requireFit(o.from, wantedParts, o);
  const parts: PartResult[] = [];
  for (const part of wantedParts) {
    o.signal?.throwIfAborted();
    parts.push(await preparePart(part, o));
  }
  const wanted = o.setup === "pretrained" ? parts : parts.filter((p) => p.needed);
  return Object.freeze({
    setup: o.setup,
    root: o.storage.root,
    parts,
    complete: wanted.every((p) => p.state !== "missing"),
  });
}

/** Refuses a `from` of which nothing can be used, before anything is made or fetched. */
async function requireFit(from: string, parts: readonly Part[], o: SetupOptions): Promise<void> {
  for (const part of parts) if (await fits(from, part)) return;
  throw new ReflowError(
    "data",
    "from_not_understood",
    `${from} holds nothing that ${o.setup} needs`,
    `Expected: ${parts.map((p) => `${p.path} (${p.byHand})`).join("; ")}.`,
  );
}

async function preparePart(part: Part, o: SetupOptions): Promise<PartResult> {
  const manifest = await readManifest(part, o.storage);
  const before = await checkPart(o.storage, part, o.signal);
  const sound = before.files > 0 && before.problems.every((p) => p.severity !== "error");
  // Only an unfinished fetch of ours is open; a user's own files without a receipt are theirs.
  const ready = sound && manifest?.complete !== false && (await allThere(part, manifest, o.storage));
  const problems: Problem[] = [];
  let state: PartState = ready ? "ready" : "missing";
  if (!o.checkOnly) {
    if (o.from !== undefined && (await take(o.from, part, o, problems))) state = "copied";
    if (state === "missing")
      for (const source of part.sources) {
        const how = await bring(source, part, o, problems);
        if (how) state = how;
        // Our own boards are enough; a token brings the rest beside them.
        if (how && o.hub.token === undefined) break;
      }
  }
  const after = state === "ready" ? before : await checkPart(o.storage, part, o.signal);
  const broken = after.problems.some((p) => p.severity === "error");
  if (broken) state = "missing";
  const told = broken
    ? [...problems, ...after.problems]
    : [...after.problems, ...problems.filter((p) => p.severity !== "error")];
  return Object.freeze({
    path: part.path,
    url: `${o.storage.root.replace(/\/+$/, "")}/${part.path}`,
    state,
    needed: part.needed,
    files: after.files,
    bytes: after.bytes,
    problems: told,
  });
}

async function take(from: string, part: Part, o: SetupOptions, problems: Problem[]): Promise<boolean> {
  const done = await importPart(from, part, importing(o));
  for (const note of done?.notes ?? [])
    problems.push({ code: "from_skipped", severity: "warning", message: note, hint: "Look at the export." });
  if (done) await writeManifest(part, o.storage, "from");
  return done !== undefined;
}

const importing = (o: SetupOptions): Importing => ({
  storage: o.storage,
  progress: (what, done, total) => o.emit({ type: "progress", what, done, total, unit: "files" }),
  ...(o.signal && { signal: o.signal }),
});

/** Tries one source; a failure is kept with the part. Undefined when nothing came. */
async function bring(
  source: Source,
  part: Part,
  o: SetupOptions,
  problems: Problem[],
): Promise<PartState | undefined> {
  try {
    if (source.kind === "boards") {
      await makeBoards(part, o);
      return "made";
    }
    if (source.kind === "magnetic-tile") {
      await fetchTiles(source.url, part, o);
      return "fetched";
    }
    if (o.hub.token === undefined) {
      const { id, kind } = source.repository;
      problems.push({
        code: "source_needs_account",
        severity: "info",
        message: `${part.path}: ${kind} ${id} needs an account`,
        hint: `Accept its licence on ${o.hub.url}, set HF_TOKEN and run this again; or name a copy with --from.`,
      });
      return undefined;
    }
    await fetchHub(source, part, o);
    return "fetched";
  } catch (error) {
    if (!(error instanceof ReflowError) || error.kind === "interrupted") throw error;
    if (["disk_full", "read_only", "no_permission", "storage_denied", "storage_missing"].includes(error.code))
      throw error;
    problems.push(asProblem(error));
    return undefined;
  }
}

/** Our own boards as scenes, so that nothing has to be fetched for Day 0. */
async function makeBoards(part: Part, o: SetupOptions): Promise<void> {
  for (const [i, name] of BOARDS.entries()) {
    const usda = o.scene ? o.scene(name) : buildScene(boardByName(name, 1), { seed: 1 }).usda;
    await o.storage.write(`${part.path}/${name}.usda`, usda);
    o.emit({ type: "progress", what: part.path, done: i + 1, total: BOARDS.length, unit: "boards" });
  }
  await writeManifest(part, o.storage, "boards");
}

/** Five labelled pictures for each defect and twenty clean ones, as the shipped case has (dig 9). */
const TILES = { labelled: 5, clean: 20 };

async function fetchTiles(url: string, part: Part, o: SetupOptions): Promise<void> {
  await begin(part, o.storage, url);
  const file = path.join(o.work, "magnetic-tile.zip");
  await alone(o.work, () => fetchTo(url, file, "magnetic-tile.zip", {}, o));
  const done = await withUnpacked(file, path.join(o.work, "tiles"), (folder) =>
    importPart(folder, part, importing(o), TILES),
  );
  if (!done)
    throw new ReflowError(
      "data",
      "source_changed",
      `${url} is not arranged as expected`,
      "Name a copy with --from.",
    );
  await writeManifest(part, o.storage, url);
}

async function fetchHub(
  source: Extract<Source, { kind: "hub" }>,
  part: Part,
  o: SetupOptions,
): Promise<void> {
  const hub: Hub = { ...o.hub, url: o.mirror ? o.mirror(o.hub.url) : o.hub.url };
  const all = await hubFiles(hub, source.repository, o.signal);
  const files = source.only ? all.filter((f) => source.only?.includes(f.name)) : all;
  await begin(part, o.storage, source.repository.id);
  const bring = () => bringFiles(source, part, files, o);
  // Into its place on a folder; through the work folder, which is held meanwhile, to a bucket.
  await (o.storage.folder === undefined ? alone(o.work, bring) : bring());
  await writeManifest(part, o.storage, source.repository.id);
}

async function bringFiles(
  source: Extract<Source, { kind: "hub" }>,
  part: Part,
  files: Awaited<ReturnType<typeof hubFiles>>,
  o: SetupOptions,
): Promise<void> {
  const there = new Map((await o.storage.list(part.path, o.signal)).map((e) => [e.path, e.size]));
  for (const [i, file] of files.entries()) {
    const target = `${part.path}/${source.to ? `${source.to}/` : ""}${part.kind === "model" ? flat(file.name) : file.name}`;
    o.emit({ type: "progress", what: part.path, done: i, total: files.length, unit: "files" });
    if (file.size !== undefined && there.get(target) === file.size) continue;
    const local = o.storage.folder ? path.join(o.storage.folder, target) : path.join(o.work, target);
    await download({ ...file, file: local }, downloading(o));
    if (!o.storage.folder) await o.storage.put(target, local, o.signal);
  }
}

/** Checkpoints lie flat, whatever folder they came in (dig 9.1). */
const flat = (name: string): string =>
  /(?:^|\/)(?:ag_config\.yaml|iter_\d{9}\.pt)$/.test(name) ? path.posix.basename(name) : name;

async function fetchTo(
  url: string,
  file: string,
  name: string,
  headers: Record<string, string>,
  o: SetupOptions,
): Promise<void> {
  if ((await stat(file).catch(() => undefined))?.isFile()) return;
  await download({ url: o.mirror ? o.mirror(url) : url, file, name, headers }, downloading(o));
}

const downloading = (o: SetupOptions) => ({
  emit: o.emit,
  ...(o.signal && { signal: o.signal }),
  ...(o.retries !== undefined && { retries: o.retries }),
  ...(o.pause !== undefined && { pause: o.pause }),
});

async function readManifest(part: Part, storage: Storage): Promise<Manifest | undefined> {
  try {
    return JSON.parse((await storage.read(`${part.path}/${MANIFEST}`)).toString("utf8")) as Manifest;
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof ReflowError && error.code === "file_missing"))
      return undefined;
    throw error;
  }
}

/** Marks a part as begun: until it is finished, nobody takes it for complete. */
async function begin(part: Part, storage: Storage, source: string): Promise<void> {
  await storage.write(
    `${part.path}/${MANIFEST}`,
    `${JSON.stringify({ complete: false, source } satisfies Manifest)}\n`,
  );
}

async function writeManifest(part: Part, storage: Storage, source: string): Promise<void> {
  const entries = (await storage.list(part.path)).filter((e) => !e.path.endsWith(`/${MANIFEST}`));
  const files = Object.fromEntries(entries.map((e) => [e.path.slice(part.path.length + 1), e.size]));
  await storage.write(
    `${part.path}/${MANIFEST}`,
    `${JSON.stringify({ complete: true, source, files } satisfies Manifest, null, 1)}\n`,
  );
}

async function allThere(part: Part, manifest: Manifest | undefined, storage: Storage): Promise<boolean> {
  if (!manifest?.files) return true;
  const there = new Map(
    (await storage.list(part.path)).map((e) => [e.path.slice(part.path.length + 1), e.size]),
  );
  return Object.entries(manifest.files).every(([name, size]) => there.get(name) === size);
}
