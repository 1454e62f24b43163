import type { Attribute, ConstantTensor, ElementType, OnnxModel, OnnxNode, Port } from "../onnx/model.js";

export type Shape = readonly number[];

/** As the leading size of a shape: a batch size known only at run time. ONNX Reshape copies the size for a 0. */
export const ANY_BATCH = 0;

/** The name of a tensor inside a graph, without a shape: what gradient code works with. */
export type Ref = string;

/** A tensor of known shape. `tracked`: it depends on a parameter, so gradients flow through it. */
export type Value = Readonly<{ ref: Ref; shape: Shape; tracked: boolean }>;

type Step = Readonly<{
  outputs: readonly Value[];
  backward: (gradients: readonly (Ref | undefined)[]) => void;
}>;

/**
 * A typed ONNX graph under construction. Operators (`graph/ops`) emit forward nodes and record how gradients
 * flow back; {@link Graph.backward} then emits the nodes of the gradient. Shapes are fixed when it is built.
 */
export class Graph {
  readonly #nodes: OnnxNode[] = [];
  readonly #constants = new Map<string, ConstantTensor>();
  readonly #constantNames = new Map<string, Ref>();
  readonly #inputs: Port[] = [];
  readonly #outputs: Port[] = [];
  readonly #tape: Step[] = [];
  readonly #gradients = new Map<Ref, Ref>();
  #serial = 0;

  /** Emits one node with one output and returns the name of its output. */
  emit(op: string, inputs: readonly (Ref | Value)[], attributes: Record<string, Attribute> = {}): Ref {
    return this.emitMany(op, inputs, 1, attributes)[0] as Ref;
  }

  emitMany(
    op: string,
    inputs: readonly (Ref | Value)[],
    count: number,
    attributes: Record<string, Attribute> = {},
    domain?: string,
  ): Ref[] {
    const outputs = Array.from({ length: count }, () => `${op}_${this.#serial++}`);
    this.#nodes.push({ op, inputs: inputs.map(refOf), outputs, attributes, ...(domain ? { domain } : {}) });
    return outputs;
  }

  /** Data from outside; no gradient. A text dimension in `port` is symbolic in the file, `shape` is the size used here. */
  input(
    name: string,
    shape: Shape,
    type: ElementType = "float",
    port: readonly (number | string)[] = shape,
  ): Value {
    this.#inputs.push({ name, type, shape: port });
    return { ref: name, shape, tracked: false };
  }

  /** A weight that comes in as an input and gets a gradient. */
  parameter(name: string, shape: Shape): Value {
    this.#inputs.push({ name, type: "float", shape });
    return { ref: name, shape, tracked: true };
  }

  /** A weight stored in the file. */
  weight(name: string, shape: Shape, data: ArrayLike<number>): Value {
    this.#constants.set(name, { type: "float", shape, data });
    return { ref: name, shape, tracked: false };
  }

  /** A float constant; equal small ones are stored once. */
  float(value: number | ArrayLike<number>, shape?: Shape): Ref {
    const data = typeof value === "number" ? [value] : value;
    return this.#constant({
      type: "float",
      shape: shape ?? (typeof value === "number" ? [] : [data.length]),
      data,
    });
  }

  /** A constant list of integers: axes, sizes, paddings, indices. */
  ints(values: readonly number[], shape: Shape = [values.length]): Ref {
    return this.#constant({ type: "int64", shape, data: values });
  }

  output(
    name: string,
    source: Value | Ref,
    shape?: readonly (number | string)[],
    type: ElementType = "float",
  ): void {
    const known = typeof source === "string" ? [] : source.shape;
    this.#nodes.push({ op: "Identity", inputs: [refOf(source)], outputs: [name], attributes: {} });
    this.#outputs.push({ name, type, shape: shape ?? known });
  }

  /** The result of an operator. `backward` gets one gradient per output (undefined where none flows). */
  record(
    inputs: readonly Value[],
    outputs: readonly Readonly<{ ref: Ref; shape: Shape }>[],
    backward: Step["backward"],
  ): Value[] {
    const tracked = inputs.some((v) => v.tracked);
    const values = outputs.map((o) => ({ ref: o.ref, shape: o.shape, tracked }));
    if (tracked) this.#tape.push({ outputs: values, backward });
    return values;
  }

  /** {@link Graph.record} for the usual case of one output. */
  result(inputs: readonly Value[], ref: Ref, shape: Shape, backward: (gradient: Ref) => void): Value {
    return this.record(inputs, [{ ref, shape }], ([gradient]) => {
      if (gradient) backward(gradient);
    })[0] as Value;
  }

  /** Adds to the gradient of a value; does nothing for untracked values. */
  accumulate(value: Value, gradient: () => Ref): void {
    if (!value.tracked) return;
    const before = this.#gradients.get(value.ref);
    const now = gradient();
    this.#gradients.set(value.ref, before ? this.emit("Add", [before, now]) : now);
  }

  /** Emits the gradient of a scalar with respect to everything tracked. Call once, after the forward part. */
  backward(loss: Value): void {
    if (loss.shape.length !== 0) throw new RangeError("backward needs a scalar");
    this.#gradients.set(loss.ref, this.float(1));
    for (const step of this.#tape.toReversed()) {
      const gradients = step.outputs.map((v) => this.#gradients.get(v.ref));
      if (gradients.some((g) => g !== undefined)) step.backward(gradients);
    }
  }

  /** The gradient of a parameter after {@link Graph.backward}; zeros when the loss does not depend on it. */
  gradientOf(value: Value): Ref {
    return this.#gradients.get(value.ref) ?? this.float(new Float32Array(sizeOf(value.shape)), value.shape);
  }

  model(metadata: Readonly<Record<string, string>> = {}): OnnxModel {
    return {
      nodes: this.#nodes,
      constants: this.#constants,
      inputs: this.#inputs,
      outputs: this.#outputs,
      metadata,
    };
  }

  reshape(source: Ref | Value, shape: Shape): Ref {
    return this.emit("Reshape", [source, this.ints(shape)]);
  }

  transpose(source: Ref | Value, perm: readonly number[]): Ref {
    return this.emit("Transpose", [source], { perm });
  }

  /** ReduceSum over axes, dropping them. */
  sum(source: Ref | Value, axes: readonly number[]): Ref {
    return this.emit("ReduceSum", [source, this.ints(axes)], { keepdims: 0 });
  }

  #constant(tensor: ConstantTensor): Ref {
    const short = tensor.data.length <= 64;
    const key = `${tensor.type}:${tensor.shape}:${Array.from(tensor.data).join()}`;
    const known = short ? this.#constantNames.get(key) : undefined;
    if (known) return known;
    const ref = `const_${this.#serial++}`;
    this.#constants.set(ref, tensor);
    if (short) this.#constantNames.set(key, ref);
    return ref;
  }
}

export function refOf(source: Ref | Value): Ref {
  return typeof source === "string" ? source : source.ref;
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((a, b) => a * b, 1);
}
