import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeNpyRecords, encodeNpyRecords, type NpyField } from "./npy.js";

const BOX = [
  { name: "semanticId", type: "<u4" },
  { name: "x_min", type: "<i4" },
  { name: "occlusionRatio", type: "<f4" },
] as const satisfies readonly NpyField[];

test("the bytes are those of numpy.save", () => {
  const bytes = encodeNpyRecords({ fields: BOX, rows: [{ semanticId: 7, x_min: -2, occlusionRatio: 0.5 }] });
  // numpy.save(f, numpy.array([(7, -2, 0.5)], dtype=[("semanticId","<u4"),("x_min","<i4"),("occlusionRatio","<f4")]))
  const header =
    "{'descr': [('semanticId', '<u4'), ('x_min', '<i4'), ('occlusionRatio', '<f4')], 'fortran_order': False, 'shape': (1,), }";
  const text = Buffer.from(bytes).toString("latin1");
  expect(text.slice(0, 8)).toBe("\u0093NUMPY\u0001\u0000");
  expect(text.slice(10, 10 + header.length)).toBe(header);
  expect((bytes.length - 12) % 64).toBe(0);
  expect([...bytes.slice(-12)]).toEqual([7, 0, 0, 0, 254, 255, 255, 255, 0, 0, 0, 63]);
});

test("what was written is read back, for every type and row count", () => {
  const fields: NpyField[] = [
    { name: "a", type: "|u1" },
    { name: "b", type: ">i2" },
    { name: "c", type: "<i8" },
    { name: "d", type: "<f8" },
    { name: "e", type: ">u4" },
    { name: "f", type: "<u8" },
  ];
  const row = fc.record({
    a: fc.integer({ min: 0, max: 255 }),
    b: fc.integer({ min: -32768, max: 32767 }),
    c: fc.maxSafeInteger(),
    d: fc.double({ noNaN: true }),
    e: fc.integer({ min: 0, max: 4294967295 }),
    f: fc.maxSafeNat(),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
      const records = { fields, rows };
      expect(decodeNpyRecords(encodeNpyRecords(records), "x.npy")).toEqual({ fields, rows });
    }),
  );
});

test("padding of aligned dtypes is skipped; version 2 headers are read", () => {
  const dict =
    "{'descr': [('a', '|u1'), ('', '|V3'), ('b', '<i4')], 'fortran_order': False, 'shape': (1,), }\n";
  const head = Buffer.alloc(12);
  head.write("\u0093NUMPY\u0002\u0000", 0, "latin1");
  head.writeUInt32LE(dict.length, 8);
  const bytes = Buffer.concat([head, Buffer.from(dict), Buffer.from([9, 1, 1, 1, 255, 255, 255, 255])]);
  expect(decodeNpyRecords(bytes, "x.npy").rows).toEqual([{ a: 9, b: -1 }]);
});

test.each([
  ["no magic", (b: Uint8Array) => b.subarray(1)],
  ["cut header", (b: Uint8Array) => b.subarray(0, 40)],
  ["cut data", (b: Uint8Array) => b.subarray(0, b.length - 1)],
  ["version 9", (b: Uint8Array) => b.with(6, 9)],
  ["empty", () => new Uint8Array()],
])("%s is refused with the file named", (_, spoil) => {
  const good = encodeNpyRecords({ fields: BOX, rows: [{ semanticId: 1, x_min: 2, occlusionRatio: 0 }] });
  expect(() => decodeNpyRecords(spoil(good), "boxes.npy")).toThrow(/boxes\.npy/);
});
