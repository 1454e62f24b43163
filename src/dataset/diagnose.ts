import { type Emit, silent } from "../kit/events.js";
import { cores } from "../kit/pool.js";
import type { Claim } from "../metric/index.js";
import { type ClaimOutlook, checkBalance, checkClaim } from "./balance.js";
import type { Code } from "./codes.js";
import { type Collector, collector, type Finding } from "./collect.js";
import { checkDecoded, DECODE_FAULTS, type DecodedSet } from "./decode-checks.js";
import { type ImageRef, type Leak, labelsConflict, mustBeApart, pairName, type RowRef } from "./equal.js";
import { BLANK, FLAGS, WIDTH, WORDS } from "./fingerprint.worker.js";
import { checkImages, FILE_FAULTS, type ImageCheck } from "./images.js";
import { type Index64, index64 } from "./index64.js";
import { leaksByContent, leaksByFile, reportLeak } from "./leaks.js";
import { type Census, loadTable } from "./load.js";
import { nearLeaks } from "./near.js";
import type { RowSet } from "./rowset.js";
import type { Role, Workspace } from "./workspace.js";

/** One table in a diagnosis. */
export type TableSummary = Omit<Census, "boards"> & Readonly<{ boards: number }>;

/** What the doctor found. `ok` means: no errors; warnings and remarks may be there. */
export type Diagnosis = Readonly<{
  workspace: string;
  ok: boolean;
  counts: Readonly<{ error: number; warning: number; info: number }>;
  findings: readonly Finding[];
  tables: readonly TableSummary[];
  claim?: ClaimOutlook;
  /** Number of images decoded; 0 when decoding was switched off. */
  decoded: number;
}>;

export type DiagnoseOptions = Readonly<{
  claim?: Claim;
  /** Decode every image (default). Without it content leaks, sizes and unreadable images are not seen. */
  decode?: boolean;
  workers?: number;
  emit?: Emit;
  signal?: AbortSignal;
}>;

/** Why `--fix` drops a row: the number in a row's mark is 1 + its place here. */
export const DROP_REASONS = [
  ...FILE_FAULTS,
  ...DECODE_FAULTS,
  "duplicate_row",
  "leak_same_file",
  "leak_same_content",
] as const satisfies readonly Code[];

/** The diagnosis together with what the repair needs. `drop[set][i]` is 0 or 1 + a number in {@link DROP_REASONS}. */
export type Examination = Readonly<{
  diagnosis: Diagnosis;
  sets: readonly RowSet[];
  drop: readonly Uint8Array[];
}>;

/**
 * Looks at every row and image of a workspace and says what breaks training or fakes results. Bad data is never
 * thrown. Memory does not grow with the size of the images, and by some 80 bytes with each row, 160 more with each
 * decoded image.
 */
export async function diagnose(workspace: Workspace, o: DiagnoseOptions = {}): Promise<Diagnosis> {
  return (await examine(workspace, o)).diagnosis;
}

/** {@link diagnose}, with the rows and their faults. */
export async function examine(workspace: Workspace, o: DiagnoseOptions = {}): Promise<Examination> {
  const found = collector();
  for (const problem of workspace.problems) found.addProblem(problem);
  const emit = o.emit ?? silent;
  const work = { workers: o.workers ?? cores(), emit, ...(o.signal && { signal: o.signal }) };
  const { imagesDir, traits } = workspace;
  const naming = { imagesDir, lights: traits.lights, imageExt: traits.imageExt };

  const census: Census[] = [];
  const sets: RowSet[] = [];
  for (const [role, file] of Object.entries(workspace.tables) as [Role, string][]) {
    emit({ type: "progress", what: `reading ${role} table`, done: 0, total: 1, unit: "tables" });
    const loaded = await loadTable(role, file, naming, found);
    o.signal?.throwIfAborted();
    census.push(loaded.census);
    if (loaded.set) sets.push(loaded.set);
  }

  const haveImages = !workspace.problems.some((p) => p.code === "images_missing");
  const checks: ImageCheck[] = [];
  for (const set of sets)
    checks.push(
      haveImages
        ? await checkImages(set, imagesDir, found, work)
        : { bad: new Uint8Array(set.count), identity: new Uint32Array(set.count * set.lights * 2) },
    );
  const drop = checks.map((c) => c.bad);
  const known = new Set<string>();
  sameFiles(sets, checks, drop, known, found);

  let decoded = 0;
  if (o.decode !== false && haveImages) {
    const looks: DecodedSet[] = [];
    for (const [i, set] of sets.entries())
      looks.push(await checkDecoded(set, drop[i] as Uint8Array, mark, found, work));
    decoded = looks.reduce((n, l) => n + l.images, 0);
    samePixels(sets, looks, drop, known, found);
    const tests = looks.map((l) => l.test);
    for (const leak of await nearLeaks(sets, tests, work))
      if (fresh(leak, known)) reportLeak(sets, leak, found);
  }

  checkBalance(census, workspace.batchSize, found);
  const claim = checkClaim(census, o.claim, found);
  const findings = found.findings();
  const counts = { error: 0, warning: 0, info: 0 };
  for (const f of findings) counts[f.severity] += f.count;
  return {
    diagnosis: {
      workspace: workspace.root,
      ok: counts.error === 0,
      counts,
      findings,
      tables: census.map((c) => ({ ...c, boards: c.boards.size })),
      ...(claim && { claim }),
      decoded,
    },
    sets,
    drop,
  };
}

function mark(reason: (typeof DROP_REASONS)[number]): number {
  return 1 + DROP_REASONS.indexOf(reason);
}

/** Each pair of rows is reported once, by the strongest evidence, which is looked for first. */
function fresh(leak: Leak, known: Set<string>): boolean {
  const name = pairName(leak);
  if (known.has(name)) return false;
  // Bounds the memory when a whole table was copied; then repeated reports do no harm.
  if (known.size < 100_000) known.add(name);
  return true;
}

function dropLeaked(sets: readonly RowSet[], drop: readonly Uint8Array[], leak: Leak): void {
  const { set, row } = leak.extra;
  const role = (sets[set] as RowSet).role;
  const marks = drop[set] as Uint8Array;
  if (role !== "kpi" && role !== "release")
    marks[row] ||= mark(leak.kind === "file" ? "leak_same_file" : "leak_same_content");
}

function sameFiles(
  sets: readonly RowSet[],
  checks: readonly ImageCheck[],
  drop: readonly Uint8Array[],
  known: Set<string>,
  found: Collector,
): void {
  leaksByFile(
    sets,
    checks.map((c) => c.identity),
    (kept, extra) => {
      if (!mustBeApart(sets, kept, extra)) return reportRepeat(sets, kept, extra, found);
      const leak: Leak = { kind: "file", kept, extra };
      if (!fresh(leak, known)) return;
      reportLeak(sets, leak, found);
      dropLeaked(sets, drop, leak);
    },
    (earlier, later) => {
      const set = sets[earlier.set] as RowSet;
      const where = { file: set.file, row: set.line(later.row) };
      const first = set.line(earlier.row);
      if (labelsConflict(sets, earlier, later))
        found.add(
          "label_conflict",
          () => `same image as row ${first}, which says "${set.label(earlier.row)}"`,
          where,
        );
      else if (set.golden(earlier.row)[0] !== set.golden(later.row)[0])
        found.add("repeated_test", () => `same test image as row ${first}, other golden`, where);
      else {
        found.add("duplicate_row", () => `repeats row ${first}`, where);
        (drop[later.set] as Uint8Array)[later.row] ||= mark("duplicate_row");
      }
      known.add(pairName({ kept: earlier, extra: later }));
    },
  );
}

function reportRepeat(sets: readonly RowSet[], kept: RowRef, extra: RowRef, found: Collector): void {
  const set = sets[extra.set] as RowSet;
  const other = sets[kept.set] as RowSet;
  if (set.role !== "pool") return;
  found.add("pool_repeats_train", () => `same image as ${other.role} row ${other.line(kept.row)}`, {
    file: set.file,
    row: set.line(extra.row),
  });
}

function samePixels(
  sets: readonly RowSet[],
  looks: readonly DecodedSet[],
  drop: readonly Uint8Array[],
  known: Set<string>,
  found: Collector,
): void {
  const tests = looks.map((l) => l.test);
  leaksByContent(
    sets,
    tests,
    (kept, extra) => {
      const leak: Leak = { kind: "content", kept, extra };
      if (!mustBeApart(sets, kept, extra)) return;
      if (!fresh(leak, known)) return;
      reportLeak(sets, leak, found);
      dropLeaked(sets, drop, leak);
    },
    (earlier, later) => {
      if (known.has(pairName({ kept: earlier, extra: later }))) return;
      const set = sets[earlier.set] as RowSet;
      const where = { file: set.file, row: set.line(later.row) };
      const conflict = labelsConflict(sets, earlier, later);
      if (set.test(earlier.row)[earlier.light] === set.test(later.row)[later.light]) return;
      found.add(
        conflict ? "label_conflict" : "duplicate_content",
        () =>
          `same pixels as row ${set.line(earlier.row)} (${set.test(earlier.row)[earlier.light]})` +
          (conflict ? `, which says "${set.label(earlier.row)}"` : ""),
        where,
      );
    },
  );
  goldenUse(sets, looks, found);
}

/** Test images of a measuring table that serve another table as golden images, in any lighting. */
function goldenUse(sets: readonly RowSet[], looks: readonly DecodedSet[], found: Collector): void {
  const index = index64();
  const owners: ImageRef[] = [];
  looks.forEach(({ golden, goldenOf }, set) => {
    golden.forEach(({ words }, light) => {
      const done = new Set<number>();
      for (let row = 0; row < goldenOf.length; row++) {
        const at = (goldenOf[row] as number) * WORDS;
        if (done.has(at) || at >= words.length || !words[at + WIDTH]) continue;
        done.add(at);
        if ((words[at + FLAGS] as number) & BLANK) continue;
        index.insert(words[at] as number, words[at + 1] as number, owners.push({ set, row, light }) - 1);
      }
    });
  });
  looks.forEach(({ test }, set) => {
    const rows = (sets[set] as RowSet).count;
    for (let row = 0; row < rows; row++)
      for (const [light, { words }] of test.entries()) {
        if (!words[row * WORDS + WIDTH]) continue;
        const user = goldenUser(sets, { set, row, light }, words, index, owners);
        if (!user) continue;
        reportLeak(sets, { kind: "golden", kept: user, extra: { set, row, light } }, found);
        break;
      }
  });
}

function goldenUser(
  sets: readonly RowSet[],
  image: ImageRef,
  words: Uint32Array,
  index: Index64,
  owners: readonly ImageRef[],
): ImageRef | undefined {
  let visits = 0;
  let id = index.first(words[image.row * WORDS] as number, words[image.row * WORDS + 1] as number);
  for (; id !== -1 && visits++ < 16; id = index.next(id)) {
    const user = owners[id] as ImageRef;
    if (mustBeApart(sets, user, image)) return user;
  }
  return undefined;
}
