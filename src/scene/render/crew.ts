import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { ReflowError } from "../../kit/errors.js";
import { workerUrl } from "../../kit/pool.js";
import { HEAD_ABORT } from "./layout.js";
import type { Arena } from "./pack/arena.js";

/** What a tracer worker starts with. */
export type WorkerSetup = Readonly<{
  memory: WebAssembly.Memory;
  module: WebAssembly.Module;
  head: number;
  scratch: number;
}>;

export type FromWorker = Readonly<{ kind: "tile" } | { kind: "done"; rays: number }>;

/** Worker threads that live as long as the renderer and share its memory. */
export type Crew = Readonly<{
  /** Does all tiles of what the head describes; returns the rays traced. Throws `render_aborted` or `render_failed`. */
  doTiles: (o: { onTile: () => void; signal?: AbortSignal }) => Promise<number>;
  close: () => Promise<void>;
}>;

/** Throws `wasm_missing` when the tracer has not been built. */
export async function loadTracer(
  file = workerUrl(import.meta.url, "./tracer.wasm"),
): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await readFile(file));
  } catch (error) {
    throw new ReflowError(
      "stage",
      "wasm_missing",
      `the path tracer cannot be loaded from ${file}: ${(error as Error).message}`,
      "Run `npm run build`, or install the package again.",
      { where: { file }, cause: error },
    );
  }
}

export function startCrew(o: {
  module: WebAssembly.Module;
  arena: Arena;
  head: number;
  scratch: readonly number[];
}): Crew {
  const { memory } = o.arena;
  const file = workerUrl(import.meta.url, "./tracer.worker.js");
  const workers = o.scratch.map((scratch) => {
    const setup: WorkerSetup = { memory, module: o.module, head: o.head, scratch };
    const worker = new Worker(file, { workerData: setup });
    // An idle renderer does not keep the program alive.
    worker.unref();
    return worker;
  });

  return {
    doTiles: async ({ onTile, signal }) => {
      const stop = () => {
        Atomics.store(o.arena.ints(o.head + HEAD_ABORT, 1), 0, 1);
      };
      if (signal?.aborted) throw aborted(signal);
      signal?.addEventListener("abort", stop, { once: true });
      try {
        const rays = await Promise.all(workers.map((worker) => takeTiles(worker, onTile)));
        if (signal?.aborted) throw aborted(signal);
        return rays.reduce((a, b) => a + b, 0);
      } catch (error) {
        stop();
        throw error;
      } finally {
        signal?.removeEventListener("abort", stop);
      }
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function takeTiles(worker: Worker, onTile: () => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const finish = () => {
      worker.off("message", hear);
      worker.off("error", fail);
      worker.off("exit", leave);
      worker.unref();
    };
    const hear = (message: FromWorker) => {
      if (message.kind === "tile") return onTile();
      finish();
      resolve(message.rays);
    };
    const fail = (error: Error) => {
      finish();
      reject(failed(error.message, error));
    };
    const leave = () => {
      finish();
      reject(failed("the renderer was closed or its worker ended"));
    };
    worker.on("message", hear);
    worker.on("error", fail);
    worker.on("exit", leave);
    worker.ref();
    worker.postMessage("render");
  });
}

function failed(why: string, cause?: Error): ReflowError {
  return new ReflowError(
    "stage",
    "render_failed",
    `rendering stopped: ${why}`,
    "Run the same command again; finished frames are kept. If it happens again, lower the number of workers.",
    cause ? { cause } : {},
  );
}

function aborted(signal: AbortSignal): ReflowError {
  return new ReflowError(
    "interrupted",
    "render_aborted",
    "rendering was aborted",
    "Run the same command again to go on; finished frames are kept.",
    { cause: signal.reason },
  );
}
