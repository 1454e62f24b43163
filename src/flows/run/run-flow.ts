import path from "node:path";
import { type Clock, systemClock } from "../../engine/clock.js";
import { acquireLock } from "../../engine/lock.js";
import { programVersion } from "../../engine/version.js";
import { ReflowError } from "../../kit/errors.js";
import { type Emit, silent } from "../../kit/events.js";
import { exists, writeJsonAtomic } from "../../kit/files.js";
import { makeFolder } from "../../kit/folders.js";
import { removeLeftovers, sweep } from "../../kit/leftovers.js";
import { writePage } from "../page/index.js";
import type { Storage } from "../storage/index.js";
import { checkWorkspace, writeWorkspace } from "../workspace/write.js";
import { bringRoot } from "./bring.js";
import type { FlowDefinition } from "./definition.js";
import { openFolder, RECEIPTS, RESULT_FILE, removeIfEmpty } from "./folder.js";
import { repeatCommand } from "./repeat.js";
import { stepRunner } from "./steps.js";
import type { FlowOutcome, FlowRequest } from "./types.js";
import { checkUpload, type Uploaded, uploadRun } from "./upload.js";

export type FlowRun = Readonly<{
  output: string;
  request: FlowRequest;
  outcome: FlowOutcome;
  /** `preview/index.html` */
  page: string;
  /** Steps that an earlier run had finished. */
  kept: number;
  /** Where the results lie in the storage root, when that is no folder of this machine. */
  uploaded?: Uploaded;
  /** Rows of each table of the workspace, where one was asked for. */
  workspace?: Readonly<Record<string, number>>;
}>;

export type RunOptions = Readonly<{
  output: string;
  workers: number;
  emit?: Emit;
  signal?: AbortSignal;
  clock?: Clock;
  /** Version of the program; what another one has made is made anew. */
  version?: string;
  /** Key of an image-edit server. */
  apiKey?: string;
  /** The storage root of the request, where it is no folder of this machine: what is needed is copied to `inputs/`. */
  storage?: Storage;
  /** Results go to `runs/<name>/` of `storage`, unless this is false. */
  upload?: boolean;
  /** Folder for a cold-start workspace. */
  toWorkspace?: string;
}>;

/**
 * Runs a flow into a folder: `flow.json` with the request first, then its steps, each with a receipt, then the page and
 * `result.json`. Whatever stopped it, and wherever, the same request goes on from there and gives the same bytes
 * (receipts hold times and differ).
 *
 * Throws `output_exists`, `flow_differs`, `run_locked`, `interrupted`, and what the steps throw; finished work is kept.
 */
export async function runFlow(
  definition: FlowDefinition,
  asked: FlowRequest,
  o: RunOptions,
): Promise<FlowRun> {
  const output = path.resolve(o.output);
  const emit = o.emit ?? silent;
  if (o.toWorkspace !== undefined) await checkWorkspace(o.toWorkspace, asked);
  const isNew = !(await exists(output));
  await makeFolder(output);
  const lock = await acquireLock(output);
  let finished = false;
  try {
    await openFolder(output, asked);
    const store = o.upload === false ? undefined : o.storage;
    if (store) await checkUpload(store, output, asked.name);
    const request = await withRoot(asked, output, o);
    await removeLeftovers(output);
    await sweep(path.join(output, RECEIPTS));
    const runner = stepRunner({
      request,
      output,
      total:
        definition.steps(request) + (o.toWorkspace !== undefined && request.flow === "structural" ? 2 : 0),
      workers: o.workers,
      emit,
      signal: o.signal,
      apiKey: o.apiKey,
      clock: o.clock ?? systemClock,
      version: o.version ?? (await programVersion()),
    });
    const { workers, signal, apiKey } = o;
    const made = await definition.run({ request, output, workers, emit, signal, apiKey, step: runner.step });
    o.signal?.throwIfAborted();
    const outcome = { ...made, next: [...(made.pairs ? [workspaceCommand(asked)] : []), ...made.next] };
    const page = await writePage(output, { title: definition.title, request, outcome });
    const { samples: _, pairs: __, ...result } = outcome;
    await writeJsonAtomic(path.join(output, RESULT_FILE), {
      version: 1,
      flow: request.flow,
      name: request.name,
      ...result,
    });
    const uploaded = store && (await uploadRun(store, output, request.name, { emit, signal: o.signal }));
    const workspace =
      o.toWorkspace === undefined ? undefined : await writeWorkspace(o.toWorkspace, request, outcome);
    finished = true;
    return {
      output,
      request,
      outcome,
      page,
      kept: runner.kept(),
      ...(uploaded && { uploaded }),
      ...(workspace && { workspace }),
    };
  } catch (error) {
    throw stopped(error, o.signal);
  } finally {
    await lock.release();
    if (isNew && !finished) await removeIfEmpty(output);
  }
}

/** How the same run also makes a workspace; names no place of this machine. */
function workspaceCommand({ flow, cookbook, seed, given = [] }: FlowRequest): string {
  const set = given.map((text) => (text.startsWith("dig_url_root=") ? "dig_url_root=<root>" : text));
  const command = repeatCommand({ flow, cookbook: cookbook.name, output: "<this folder>", seed, set });
  return `${command} --to-workspace workspace`;
}

/** The request with a root that can be read here. */
async function withRoot(request: FlowRequest, output: string, o: RunOptions): Promise<FlowRequest> {
  if (!o.storage) return request;
  const folder = path.join(output, INPUTS);
  await sweep(folder);
  const root = await bringRoot(o.storage, folder, request, { emit: o.emit ?? silent, signal: o.signal });
  return { ...request, knobs: { ...request.knobs, dig_url_root: root } };
}

const INPUTS = "inputs";

function stopped(error: unknown, signal: AbortSignal | undefined): unknown {
  if (!signal?.aborted) return error;
  return new ReflowError(
    "interrupted",
    "interrupted",
    "stopped; finished work is kept",
    "The same command goes on where it was.",
    { cause: error },
  );
}
