import { expect, test } from "vitest";
import { CONTRACT_FILLET, contractFillet } from "./contract.js";

// Vertices [index, x, y, z] of the reference implementation.
const DEFAULTS = [
  [0, 0.0, 0.0, 0.7396553158760071],
  [5, 0.4736842215061188, 0.0, 0.4188758134841919],
  [19, 1.7999999523162842, 0.0, 0.09015492349863052],
  [20, 0.0, 0.28421053290367126, 0.9379604458808899],
  [137, 1.6105263233184814, 1.7052631378173828, 0.3179837465286255],
  [210, 0.9473684430122375, 2.8421051502227783, 0.8314849734306335],
  [211, 1.0421053171157837, 2.8421051502227783, 0.7440998554229736],
  [333, 1.2315789461135864, 4.54736852645874, 0.32185134291648865],
  [399, 1.7999999523162842, 5.400000095367432, 0.07780415564775467],
];
const OTHER = [
  [0, 0.0, 0.0, 0.9929478764533997],
  [7, 0.36000001430511475, 1.0800000429153442, 1.4075270891189575],
  [14, 0.7200000286102295, 2.1600000858306885, 1.3380836248397827],
  [21, 1.0800000429153442, 3.240000009536743, 0.9361768364906311],
  [35, 1.7999999523162842, 5.400000095367432, 0.08923538029193878],
];

test("vertices and triangles of contract 1.8", () => {
  const mesh = contractFillet();
  for (const [k, ...p] of DEFAULTS)
    p.forEach((value, axis) => {
      expect(mesh.points[k! * 3 + axis]).toBeCloseTo(value, 6);
    });
  expect([...mesh.triangles.subarray(0, 12)]).toEqual([0, 1, 20, 1, 21, 20, 1, 2, 21, 2, 22, 21]);
  expect(mesh.triangles).toHaveLength((CONTRACT_FILLET.resolution - 1) ** 2 * 6);
  const other = contractFillet({
    ...{ resolution: 6, noiseScale: 2.5, octaves: 2, noiseAmplitude: 0.05, bump: 0.5 },
  });
  for (const [k, ...p] of OTHER)
    p.forEach((value, axis) => {
      expect(other.points[k! * 3 + axis]).toBeCloseTo(value, 6);
    });
});
