import "./no-telemetry.js";
import type * as OrtTypes from "onnxruntime-node";
import { ReflowError } from "./errors.js";

export type Ort = typeof OrtTypes;

/** Which build runs the networks: native, or WebAssembly where the native library is absent. */
export type OrtBuild = "native" | "web";

/**
 * Loads ONNX Runtime: the native build, else the WebAssembly build. `REFLOW_ORT` is read by the command line
 * and handed in as `prefer`. Throws `onnxruntime_missing` when neither can be loaded.
 */
export async function loadOrt(prefer?: OrtBuild): Promise<{ ort: Ort; build: OrtBuild }> {
  if (prefer !== "web") {
    try {
      const native = await import("onnxruntime-node");
      return { ort: (native as unknown as { default?: Ort }).default ?? native, build: "native" };
    } catch (error) {
      if (prefer === "native") throw missing(error);
    }
  }
  try {
    // Not typed through its own package: both builds share one interface.
    const name = "onnxruntime-web";
    const web = (await import(name)) as Ort & { default?: Ort };
    const ort = web.default ?? web;
    ort.env.wasm.numThreads = 1;
    return { ort, build: "web" };
  } catch (error) {
    throw missing(error);
  }
}

function missing(cause: unknown): ReflowError {
  return new ReflowError(
    "stage",
    "onnxruntime_missing",
    "ONNX Runtime cannot be loaded on this machine",
    "Run `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node`, or install onnxruntime-web.",
    { cause },
  );
}
