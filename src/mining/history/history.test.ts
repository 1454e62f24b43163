import { cp, mkdtemp, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { hashFile, writeParquet } from "../../kit/index.js";
import { miningFiles } from "../stage/files.js";
import { commitHistory, openHistory, planSelection, writeSummary } from "./commit.js";
import { EMPTY_HISTORY, type History, pathIdentity, readHistory } from "./ledger.js";
import { reanchorHistory } from "./reanchor.js";
import { selectNovel } from "./select.js";
import { recordSkippedMining } from "./skip.js";

let run: string;
beforeEach(async () => {
  run = path.join(await realpath(await mkdtemp(path.join(tmpdir(), "history-"))), "run");
});
const ledger = () => path.join(run, "mining_history.json");

async function step(iteration: number, candidates: readonly string[], topn = 5) {
  const files = miningFiles(path.join(run, `iter${iteration}`));
  const paths = {
    candidateParquet: files.candidates,
    outputParquet: files.mined,
    summaryFile: files.historySummary,
    historyFile: ledger(),
  };
  const before = await openHistory(paths, { iteration, topn, resume: true });
  if (before.committed) return before.entry;
  const selection = selectNovel(candidates, before.history);
  const column = (data: readonly string[]) => [{ name: "filepath", data, type: "STRING" as const }];
  await writeParquet(files.candidates, column(candidates));
  await writeParquet(files.mined, column(selection.rows.map((i) => candidates[i] as string)));
  const plan = await planSelection(paths, before.history, selection, { iteration, topn });
  await writeSummary(paths, plan.summary);
  await commitHistory(paths, plan.history);
  return plan.entry;
}

describe("path identity", () => {
  test.each([
    [" /a/b.png ", "/a/b.png"],
    ["a\\b\\c.png", "a/b/c.png"],
    ["/a/./x/../b.png", "/a/b.png"],
    ["/a//b/", "/a/b"],
    ["//host/a", "//host/a"],
    ["///a", "/a"],
    ["/", "/"],
  ])("%j is %j", (value, id) => expect(pathIdentity(value)).toBe(id));
  test.each(["", "  ", ".", "./"])("%j is refused", (value) => {
    expect(() => pathIdentity(value)).toThrow(expect.objectContaining({ code: "mined_path_invalid" }));
  });
});

describe("selection", () => {
  test("worked example: duplicates, history, rate and advice", () => {
    const history: History = {
      ...EMPTY_HISTORY,
      iterations: [{ selected_filepaths: ["/a", "/b"] } as History["iterations"][number]],
    };
    const s = selectNovel(["/a", "/c", "/c/", "/b", "/d"], history);
    expect(s).toMatchObject({
      rows: [1, 4],
      filepaths: ["/c", "/d"],
      candidateRows: 5,
      candidateUnique: 4,
      candidateDuplicates: 1,
      alreadyMined: 2,
      historicalRate: 0.5,
      cumulative: 4,
    });
    expect(s.recommendation).toContain("topn");
    expect(selectNovel(["/a"], history).recommendation).toContain("every candidate");
    expect(selectNovel(["/a", "/x", "/y"], history).recommendation).toBeNull();
    expect(selectNovel([], history)).toMatchObject({ historicalRate: 0, recommendation: null });
  });

  test("over any sequence of iterations, each file is selected exactly once and the ledger proves itself", async () => {
    const candidates = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(candidates, { minLength: 1, maxLength: 4 }), async (rounds) => {
        await rm(run, { recursive: true, force: true });
        const taken = new Set<string>();
        for (const [i, round] of rounds.entries()) {
          const names = round.map((n) => `/pool/${n}.png`);
          const want = [...new Set(names)].filter((n) => !taken.has(n));
          const entry = await step(i + 1, names);
          expect(entry.selected_filepaths).toEqual(want);
          for (const name of want) taken.add(name);
        }
        const history = await readHistory(ledger(), rounds.length + 1);
        expect(history.cumulative_unique_count).toBe(taken.size);
      }),
      { numRuns: 15 },
    );
  });
});

describe("the ledger on disk", () => {
  test("has exactly the fields of the contract, absolute paths and true hashes", async () => {
    await step(1, ["/p/1.png", "/p/2.png"]);
    const saved = JSON.parse(await readFile(ledger(), "utf8"));
    expect(Object.keys(saved)).toEqual(["version", "identity", "iterations", "cumulative_unique_count"]);
    const entry = saved.iterations[0];
    expect(Object.keys(entry)).toEqual([
      "iteration",
      "topn",
      "candidate_parquet",
      "candidate_sha256",
      "candidate_unique_count",
      "already_mined_count",
      "selected_count",
      "selected_filepaths",
      "output_parquet",
      "output_sha256",
      "summary_file",
      "summary_sha256",
    ]);
    for (const [file, hash] of [
      ["candidate_parquet", "candidate_sha256"],
      ["output_parquet", "output_sha256"],
      ["summary_file", "summary_sha256"],
    ] as const)
      expect(await hashFile(entry[file])).toBe(entry[hash]);
  });

  test.each([
    ["json_invalid", (text: string) => text.slice(0, -20)],
    ["history_malformed", () => "[]"],
    ["history_malformed", (text: string) => text.replace('"version": 1', '"version": 2')],
    ["history_malformed", (text: string) => text.replace(/"selected_count": \d/, '"selected_count": "2"')],
    ["history_malformed", (text: string) => text.replace(/"output_sha256": "\w{5}/, '"output_sha256": "')],
    ["history_counts", (text: string) => text.replace(/"selected_count": \d/, '"selected_count": 7')],
    [
      "history_counts",
      (text: string) => text.replace(/"cumulative_unique_count": \d/, '"cumulative_unique_count": 9'),
    ],
    ["history_not_contiguous", (text: string) => text.replace('"iteration": 2', '"iteration": 3')],
    ["history_reselects", (text: string) => text.replace("/p/3.png", "/p/./1.png")],
    [
      "history_artifact_missing",
      (text: string) => text.replaceAll("iter1/mined.parquet", "gone/mined.parquet"),
    ],
    ["history_artifact_missing", (text: string) => text.replaceAll(run, ".")],
    [
      "history_hash_mismatch",
      (text: string) => text.replace(/"output_sha256": "..../, '"output_sha256": "0000'),
    ],
  ])("is refused with %s when damaged", async (code, damage) => {
    await step(1, ["/p/1.png", "/p/2.png"]);
    await step(2, ["/p/3.png"]);
    await writeFile(ledger(), damage(await readFile(ledger(), "utf8")));
    await expect(readHistory(ledger(), 3)).rejects.toMatchObject({ code });
  });

  test("is required after the first iteration", async () => {
    expect(await readHistory(ledger(), 1)).toEqual(EMPTY_HISTORY);
    await expect(readHistory(ledger(), 2)).rejects.toMatchObject({ code: "history_required" });
  });

  test.each([
    { iteration: 0, topn: 1 },
    { iteration: 1, topn: 0 },
    { iteration: 1.5, topn: 1 },
  ])("impossible arguments are refused: %j", async (o) => {
    const paths = { candidateParquet: "/a", outputParquet: "/b", summaryFile: "/c", historyFile: "/d" };
    await expect(openHistory(paths, { ...o, resume: true })).rejects.toMatchObject({ code: "history_usage" });
    const same = { ...paths, outputParquet: "/a" };
    await expect(openHistory(same, { iteration: 1, topn: 1, resume: true })).rejects.toMatchObject({
      code: "history_usage",
    });
  });

  test("a skipped iteration is recorded, so that the next one can follow; twice is once", async () => {
    await step(1, ["/p/1.png"]);
    const files = miningFiles(path.join(run, "iter2"));
    const skip = () => recordSkippedMining({ files, historyFile: ledger(), iteration: 2, topK: 5 });
    expect((await skip()).selected_count).toBe(0);
    const bytes = await readFile(ledger());
    await skip();
    expect(await readFile(ledger())).toEqual(bytes);
    expect((await step(3, ["/p/1.png", "/p/2.png"])).selected_filepaths).toEqual(["/p/2.png"]);
  });
});

describe("re-anchoring", () => {
  test("a copied run works again, with its images where they moved to", async () => {
    await step(1, ["/old/pool/1.png"]);
    await step(2, ["/old/pool/2.png"]);
    const moved = `${run}-moved`;
    await rename(run, moved);
    const historyFile = path.join(moved, "mining_history.json");
    await expect(readHistory(historyFile, 3)).rejects.toMatchObject({ code: "history_artifact_missing" });
    const images = { from: "/old/pool", to: path.join(moved, "pool") };
    const { history, rewritten } = await reanchorHistory({
      historyFile,
      run: { from: run, to: moved },
      images,
    });
    expect(rewritten).toBe(8);
    expect(await readHistory(historyFile, 3)).toEqual(history);
    expect(history.iterations[1]?.selected_filepaths).toEqual([path.join(moved, "pool", "2.png")]);
  });

  test("an artifact with other bytes at the new place is refused and nothing is written", async () => {
    await step(1, ["/p/1.png"]);
    const copy = `${run}-copy`;
    await cp(run, copy, { recursive: true });
    const historyFile = path.join(copy, "mining_history.json");
    await writeFile(path.join(copy, "iter1", "mined.parquet"), "other");
    const bytes = await readFile(historyFile);
    await expect(reanchorHistory({ historyFile, run: { from: run, to: copy } })).rejects.toMatchObject({
      code: "history_hash_mismatch",
    });
    expect(await readFile(historyFile)).toEqual(bytes);
  });
});
