import { Piscina } from "piscina";
import { revivedError, workerUrl } from "../../kit/pool.js";
import type { Setup } from "./setup.js";
import type { Task, TaskResult } from "./tasks.js";

/** Threads that stay for a whole training, each with its own sessions, over shared memory. */
export type Team = Readonly<{ run: (task: Task) => Promise<TaskResult>; close: () => Promise<void> }>;

export function openTeam(setup: Setup, workers: number): Team {
  const pool = new Piscina({
    filename: workerUrl(import.meta.url, "./train.worker.js"),
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    workerData: setup,
  });
  return {
    run: async (task) => {
      try {
        return (await pool.run(task)) as TaskResult;
      } catch (error) {
        throw revivedError(error);
      }
    },
    close: () => pool.destroy(),
  };
}
