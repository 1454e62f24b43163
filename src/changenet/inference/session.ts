import type { InferenceSession } from "onnxruntime-node";
import { loadOrt, type Ort } from "../../kit/ort.js";

export type Session = Readonly<{ ort: Ort; session: InferenceSession }>;

/**
 * Opens a network for one thread. Threads come from workers that each hold their own session: this beats threads
 * inside an operator, and results do not depend on their number. Memory patterns are off: half the memory.
 */
export async function openSession(model: Uint8Array): Promise<Session> {
  const { ort, build } = await loadOrt();
  const session = await ort.InferenceSession.create(model, {
    graphOptimizationLevel: "all",
    enableMemPattern: false,
    logSeverityLevel: 3,
    ...(build === "native" ? { intraOpNumThreads: 1, interOpNumThreads: 1 } : {}),
  });
  return { ort, session };
}

/** Runs with float inputs and gives float outputs back. */
export async function runFloats(
  { ort, session }: Session,
  feeds: Readonly<Record<string, Readonly<{ data: Float32Array; shape: readonly number[] }>>>,
  fetches: readonly string[],
): Promise<Record<string, Float32Array>> {
  const tensors = Object.fromEntries(
    Object.entries(feeds).map(([name, { data, shape }]) => [name, new ort.Tensor("float32", data, shape)]),
  );
  const results = await session.run(tensors, fetches);
  return Object.fromEntries(fetches.map((name) => [name, results[name]?.data as Float32Array]));
}
