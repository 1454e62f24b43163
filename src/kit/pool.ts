import "./no-telemetry.js";
import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { type ErrorKind, type Place, ReflowError } from "./errors.js";

/**
 * The compiled file of a worker module named relative to the caller. Workers run compiled JavaScript, also when
 * the caller is TypeScript under a test runner: `src/` is mapped to `dist/`.
 *
 * @example workerUrl(import.meta.url, "./score.worker.js")
 */
export function workerUrl(base: string, relative: string): string {
  const file = fileURLToPath(new URL(relative, base));
  return base.endsWith(".ts") ? file.replace(/([\\/])src([\\/](?!.*[\\/]src[\\/]))/, "$1dist$2") : file;
}

export function cores(): number {
  return availableParallelism();
}

/**
 * Runs the default export of a worker module over `tasks` on `workers` threads and yields results in the order
 * of the tasks, whatever the order in which they finish. Threads end when all is done, on an error and on abort.
 */
export async function mapOnWorkers<Task, Result>(
  module: string,
  tasks: readonly Task[],
  options: {
    workers: number;
    workerData?: unknown;
    signal?: AbortSignal;
    onDone?: (index: number, result: Result) => void;
    transfer?: (task: Task) => ArrayBuffer[];
  },
): Promise<Result[]> {
  if (tasks.length === 0) return [];
  // Every waiting task listens for abort: that is no leak.
  if (options.signal) setMaxListeners(0, options.signal);
  const threads = Math.max(1, Math.min(options.workers, tasks.length));
  const pool = new Piscina({
    filename: module,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    workerData: options.workerData,
  });
  try {
    return await Promise.all(
      tasks.map(async (task, index) => {
        const run = options.signal ? { signal: options.signal } : {};
        const result = (await pool.run(task, run)) as Result;
        options.onDone?.(index, result);
        return result;
      }),
    );
  } catch (error) {
    throw revivedError(error);
  } finally {
    await pool.destroy();
  }
}

/** What is left of a {@link ReflowError} when it crosses from a thread: errors lose their class on the way. */
type PortableError = Readonly<{
  portable: true;
  kind: ErrorKind;
  code: string;
  message: string;
  hint: string;
  where?: Place;
}>;

/**
 * Wraps the function of a worker module so that a {@link ReflowError} reaches the caller as one.
 *
 * @example export default reportingErrors(async (task: Task) => …)
 */
export function reportingErrors<Task, Result>(
  work: (task: Task) => Promise<Result>,
): (task: Task) => Promise<Result> {
  return async (task) => {
    try {
      return await work(task);
    } catch (error) {
      if (!(error instanceof ReflowError)) throw error;
      const { kind, code, message, hint, where } = error;
      const portable: PortableError = {
        portable: true,
        kind,
        code,
        message,
        hint,
        ...(where ? { where } : {}),
      };
      throw portable;
    }
  };
}

/** The other half of {@link reportingErrors}, for callers that run their own pool. */
export function revivedError(error: unknown): unknown {
  const found = error as Partial<PortableError> | null;
  if (typeof found !== "object" || found?.portable !== true) return error;
  const { kind, code, message, hint, where } = found as PortableError;
  return new ReflowError(kind, code, message, hint, where ? { where } : {});
}
