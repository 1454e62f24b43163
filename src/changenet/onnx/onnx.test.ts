import fc from "fast-check";
import { expect, test } from "vitest";
import { loadOrt } from "../../kit/ort.js";
import { encodeModel, type OnnxModel } from "./model.js";
import { readModel } from "./read.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";
import { MessageWriter, readFields } from "./wire.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test("varints are those of the protobuf specification", () => {
  expect(hex(new MessageWriter().int(1, 150).finish())).toBe("089601");
  expect(hex(new MessageWriter().text(2, "testing").finish())).toBe("120774657374696e67");
  expect(hex(new MessageWriter().int(1, -1).finish())).toBe("08ffffffffffffffffff01");
});

test("fields come back as they were written", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.maxSafeNat())),
      fc.uint8Array(),
      (numbers, blob) => {
        const writer = new MessageWriter();
        for (const [field, value] of numbers) writer.int(field, value);
        writer.bytes(7, blob);
        const fields = readFields(writer.finish());
        expect(fields.slice(0, -1)).toEqual(numbers.map(([number, value]) => ({ number, value })));
        expect(fields.at(-1)).toEqual({ number: 7, value: blob });
      },
    ),
  );
});

const model: OnnxModel = {
  nodes: [
    { op: "Mul", inputs: ["x", "w"], outputs: ["h"], attributes: {} },
    { op: "ReduceMax", inputs: ["h"], outputs: ["y"], attributes: { axes: [1], keepdims: 0 } },
  ],
  constants: new Map([["w", { type: "float", shape: [3], data: [1, -2, 0.5] }]]),
  inputs: [{ name: "x", type: "float", shape: ["N", 3] }],
  outputs: [{ name: "y", type: "float", shape: ["N"] }],
  metadata: { key: "wörth" },
};

test("ONNX Runtime runs what the writer wrote, and the reader finds it again", async () => {
  const bytes = encodeModel(model);
  const { ort } = await loadOrt();
  const session = await ort.InferenceSession.create(bytes);
  const { y } = await session.run({ x: new ort.Tensor("float32", [1, 2, 3, 4, -5, 6], [2, 3]) });
  expect([...(y!.data as Float32Array)]).toEqual([1.5, 10]);
  const read = readModel(bytes);
  expect(read.inputs).toEqual([{ name: "x", shape: ["N", 3] }]);
  expect(read.outputs).toEqual([{ name: "y", shape: ["N"] }]);
  expect(read.metadata).toEqual({ key: "wörth" });
  expect(read.weights.get("w")).toEqual({ shape: [3], data: Float32Array.of(1, -2, 0.5) });
});

test("bytes that are no ONNX file are refused, wherever they are cut", () => {
  const bytes = encodeModel(model);
  for (let length = 0; length < bytes.length; length += 3) {
    let read: ReturnType<typeof readModel> | undefined;
    try {
      read = readModel(bytes.subarray(0, length));
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
    // A cut between two top-level fields leaves a shorter but readable message.
    if (read) expect(read.metadata).toEqual({});
  }
});

test("safetensors come back as they were written, and data is aligned", () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ minLength: 1 }).filter((s) => !s.startsWith("__")),
        fc.float32Array({ noNaN: true }),
      ),
      fc.string(),
      (entries, note) => {
        const tensors = new Map(
          Object.entries(entries).map(([k, data]) => [k, { shape: [data.length], data }]),
        );
        const bytes = encodeSafetensors(tensors, { note });
        expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
        // A Buffer at an odd offset, as files are read.
        const moved = Buffer.concat([Buffer.of(1), bytes]).subarray(1);
        const back = decodeSafetensors(moved);
        expect(back.metadata).toEqual({ note });
        expect(back.tensors).toEqual(tensors);
      },
    ),
  );
});

test("a damaged safetensors file is refused", () => {
  const bytes = encodeSafetensors(new Map([["a", { shape: [2], data: Float32Array.of(1, 2) }]]));
  for (const length of [0, 4, 20, bytes.length - 1])
    expect(() => decodeSafetensors(bytes.subarray(0, length))).toThrow(RangeError);
  expect(() => decodeSafetensors(bytes.fill(0x7b, 8))).toThrow(RangeError);
});
