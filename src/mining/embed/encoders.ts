import { embed, embedImages } from "../../changenet/index.js";
import type { Emit } from "../../kit/index.js";
import type { Encoder } from "./encoder.js";

type Work = Readonly<{ workers: number; emit?: Emit; signal?: AbortSignal }>;

/** The pair embedding of a change-network checkpoint: golden and test of a row give one vector. */
export function changeNetEncoder(o: Work & Readonly<{ checkpoint: string }>): Encoder {
  return {
    model: "ReflowChangeNet",
    modelPath: o.checkpoint,
    embed: (rows) => embed({ ...o, rows }),
  };
}

/** A user's image encoder (SigLIP, DINO, …) as an ONNX file: the test image of the first lighting is embedded. */
export function imageEncoder(o: Work & Readonly<{ encoder: string; name?: string }>): Encoder {
  return {
    model: o.name ?? "ONNX",
    modelPath: o.encoder,
    embed: (rows) => embedImages({ ...o, files: rows.map((row) => row.test[0] as string) }),
  };
}
