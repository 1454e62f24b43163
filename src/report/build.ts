import path from "node:path";
import { ReflowError } from "../kit/errors.js";
import { writeFileAtomic } from "../kit/files.js";
import { adviceOf } from "./facts/advice.js";
import { verdictOf } from "./facts/verdict.js";
import { loadAlbum } from "./page/album.js";
import { renderPage } from "./page/page.js";
import { readPlan } from "./read/plan.js";
import { readReceipts } from "./read/receipts.js";
import { readRun } from "./read/run.js";
import { finalStatus, recommendations, reproduction } from "./sections/closing.js";
import { configuration } from "./sections/configuration.js";
import { defectTypes } from "./sections/defects.js";
import { growthSection } from "./sections/growth.js";
import { hero } from "./sections/hero.js";
import { iterationDetails, perIteration } from "./sections/iterations.js";
import { planPool, poolSection, poolShots } from "./sections/pool.js";
import { approach, dataset, problem } from "./sections/problem.js";
import { progress } from "./sections/progress.js";
import { planRca, rcaSection, rcaShots } from "./sections/rca.js";
import { planSamples, samplesSection, samplesShots } from "./sections/samples.js";
import type { Sizes } from "./sections/shots.js";
import { times } from "./sections/times.js";

/** File name of the report in a run folder (contract 1.1). */
export const REPORT_FILE = "DEFT_Loop_Report.html";

/** Largest report, in bytes: it must still go through a mail gateway. */
export const MOST_BYTES = 10_000_000;

/** Gallery sizes, tried in turn until the page is small enough. */
const LEVELS: readonly Sizes[] = [
  { open: 12, more: 36, mining: 10, synthetic: 36, suspects: 12 },
  { open: 12, more: 12, mining: 6, synthetic: 18, suspects: 8 },
  { open: 8, more: 0, mining: 3, synthetic: 8, suspects: 4 },
  { open: 3, more: 0, mining: 1, synthetic: 2, suspects: 2 },
  { open: 0, more: 0, mining: 0, synthetic: 0, suspects: 0 },
];

/**
 * Writes `DEFT_Loop_Report.html` into a run folder: one self-contained page, built only from the run's own files.
 * The same run folder gives the same bytes. Unfinished and failed runs give a report that says what is missing.
 *
 * @param o.file where to write instead; `o.mostBytes` a smaller size cap: galleries shrink until the page fits
 * Throws `no_run` when the folder holds no state, `json_invalid` when the state is broken, `report_too_large` when
 * even a page without pictures does not fit.
 */
export async function buildReport(
  runDir: string,
  o: { file?: string; mostBytes?: number } = {},
): Promise<{ file: string; bytes: number }> {
  const file = o.file ?? path.join(runDir, REPORT_FILE);
  const page = Buffer.from(await renderReport(runDir, o.mostBytes ?? MOST_BYTES));
  await writeFileAtomic(file, page);
  return { file, bytes: page.length };
}

/** The page as text; see {@link buildReport}. */
export async function renderReport(runDir: string, mostBytes = MOST_BYTES): Promise<string> {
  const [run, plan, receipts] = await Promise.all([readRun(runDir), readPlan(runDir), readReceipts(runDir)]);
  const verdict = verdictOf(run, plan.claim);
  const advice = adviceOf(run, verdict);
  const known = new Map();
  for (const sizes of LEVELS) {
    const [rca, pool, samples] = [planRca(run, sizes), planPool(run, sizes), planSamples(run, sizes)];
    const album = await loadAlbum(
      [...rcaShots(rca), ...poolShots(run, pool), ...samplesShots(samples)],
      known,
    );
    const page = renderPage({
      title: verdict.headline,
      goal: run.state.kpiTarget,
      hero: hero(run, verdict, advice),
      sections: [
        configuration(run, verdict, plan),
        growthSection(run),
        problem(run),
        dataset(run),
        approach(run, plan),
        progress(run),
        perIteration(run),
        poolSection(run, pool, album),
        rcaSection(run, rca, album, sizes),
        defectTypes(run),
        samplesSection(samples, album),
        iterationDetails(run),
        recommendations(run, advice),
        times(run, plan, receipts),
        reproduction(run, plan, receipts),
        finalStatus(run, verdict),
      ],
    });
    if (Buffer.byteLength(page) <= mostBytes) return page;
  }
  throw new ReflowError(
    "stage",
    "report_too_large",
    `the report does not fit into ${mostBytes} bytes even without pictures`,
    "Allow a larger report.",
  );
}
