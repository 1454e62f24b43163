import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, WorkerSetup } from "./crew.js";

type Tracer = Readonly<{
  nextTile: (head: number, scratch: number) => number;
  rayCount: () => number;
}>;

// A tracer of its own on the memory shared by all. Takes tiles until none is left, then waits for the next frame.
const { memory, module, head, scratch } = workerData as WorkerSetup;
const instance = new WebAssembly.Instance(module, { env: { memory } });
const tracer = instance.exports as unknown as Tracer;
const say = (message: FromWorker) => parentPort?.postMessage(message);

parentPort?.on("message", () => {
  while (tracer.nextTile(head, scratch)) say({ kind: "tile" });
  say({ kind: "done", rays: tracer.rayCount() });
});
