import { MessageWriter } from "./wire.js";

export type ElementType = "float" | "uint8" | "int64" | "int32" | "bool";

/** Numbers of onnx.proto's TensorProto.DataType. */
export const ELEMENT_CODE: Readonly<Record<ElementType, number>> = {
  float: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
};

export type ConstantTensor = Readonly<{
  type: ElementType;
  shape: readonly number[];
  data: ArrayLike<number>;
}>;

/** Integer, list of integers, text, or an explicit `{ float }`. */
export type Attribute = number | string | readonly number[] | Readonly<{ float: number }>;

export type OnnxNode = Readonly<{
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
  domain?: string;
}>;

/** A text dimension is symbolic (`N`): any size. */
export type Port = Readonly<{ name: string; type: ElementType; shape: readonly (number | string)[] }>;

export type OnnxModel = Readonly<{
  nodes: readonly OnnxNode[];
  constants: ReadonlyMap<string, ConstantTensor>;
  inputs: readonly Port[];
  outputs: readonly Port[];
  metadata?: Readonly<Record<string, string>>;
}>;

const IR_VERSION = 8;
const OPSET = 17;
export const PRODUCER = "reflow";

/** Serialises a model as an ONNX file (opset 17). Equal models give equal bytes. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const graph = new MessageWriter();
  for (const node of model.nodes) graph.message(1, encodeNode(node));
  graph.text(2, PRODUCER);
  for (const [name, tensor] of model.constants) graph.message(5, encodeTensor(name, tensor));
  for (const port of model.inputs) graph.message(11, encodePort(port));
  for (const port of model.outputs) graph.message(12, encodePort(port));
  const out = new MessageWriter().int(1, IR_VERSION).text(2, PRODUCER).message(7, graph);
  out.message(8, new MessageWriter().text(1, "").int(2, OPSET));
  const domains = new Set(model.nodes.flatMap((node) => (node.domain ? [node.domain] : [])));
  for (const domain of domains) out.message(8, new MessageWriter().text(1, domain).int(2, 1));
  for (const [key, value] of Object.entries(model.metadata ?? {}))
    out.message(14, new MessageWriter().text(1, key).text(2, value));
  return out.finish();
}

function encodeNode(node: OnnxNode): MessageWriter {
  const out = new MessageWriter();
  for (const name of node.inputs) out.text(1, name);
  for (const name of node.outputs) out.text(2, name);
  out.text(3, `${node.op}/${node.outputs[0]}`).text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) out.message(5, encodeAttribute(name, value));
  if (node.domain) out.text(7, node.domain);
  return out;
}

function encodeAttribute(name: string, value: Attribute): MessageWriter {
  const out = new MessageWriter().text(1, name);
  if (typeof value === "number") return out.int(3, value).int(20, 2);
  if (typeof value === "string") return out.text(4, value).int(20, 3);
  if ("float" in value) return out.float(2, value.float).int(20, 1);
  for (const item of value) out.int(8, item);
  return out.int(20, 7);
}

function encodeTensor(name: string, tensor: ConstantTensor): MessageWriter {
  const out = new MessageWriter();
  for (const size of tensor.shape) out.int(1, size);
  return out.int(2, ELEMENT_CODE[tensor.type]).text(8, name).bytes(9, rawBytes(tensor));
}

function rawBytes({ type, data }: ConstantTensor): Uint8Array {
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if (type === "float") return bytes(Float32Array.from(data));
  if (type === "int32") return bytes(Int32Array.from(data));
  if (type === "int64") return bytes(BigInt64Array.from(Array.from(data, BigInt)));
  return Uint8Array.from(data);
}

function encodePort(port: Port): MessageWriter {
  const shape = new MessageWriter();
  for (const size of port.shape)
    shape.message(
      1,
      typeof size === "number" ? new MessageWriter().int(1, size) : new MessageWriter().text(2, size),
    );
  const tensor = new MessageWriter().int(1, ELEMENT_CODE[port.type]).message(2, shape);
  return new MessageWriter().text(1, port.name).message(2, new MessageWriter().message(1, tensor));
}
