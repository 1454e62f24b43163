import { encodeModel, type Port } from "../../changenet/onnx/model.js";

/**
 * The search as an ONNX graph: scores = targets · poolᵀ, then the `count` best per target. Both inputs hold unit
 * rows, so a score is a cosine. TopK breaks ties by the lower pool row, as the operator's specification says.
 */
export function searchModel(dim: number): Uint8Array {
  const port = (name: string, type: Port["type"], ...shape: (number | string)[]): Port => ({
    name,
    type,
    shape,
  });
  return encodeModel({
    nodes: [
      { op: "Gemm", inputs: ["targets", "pool"], outputs: ["scores"], attributes: { transB: 1 } },
      {
        op: "TopK",
        inputs: ["scores", "count"],
        outputs: ["best", "row"],
        attributes: { axis: 1, largest: 1, sorted: 1 },
      },
    ],
    constants: new Map(),
    inputs: [port("targets", "float", "T", dim), port("pool", "float", "N", dim), port("count", "int64", 1)],
    outputs: [port("best", "float", "T", "K"), port("row", "int64", "T", "K")],
  });
}
