// A procedural board for the renderer's bench: about 450 components and 170k triangles, millimetres, +Z up.
// Components of a kind share meshes, as a CAD scene does.

/** A small generator of numbers in [0, 1). */
function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const material = (name, color, metallic, roughness, more = {}) => ({
  path: `/World/Looks/${name}`,
  name,
  color,
  metallic,
  roughness,
  specular: 0.5,
  clearcoat: 0,
  opacity: 1,
  emissive: [0, 0, 0],
  ...more,
});

const MATERIALS = [
  material("SolderMask", [0.02, 0.14, 0.05], 0, 0.35),
  material("solder_pad", [0.95, 0.72, 0.4], 1, 0.32),
  material("Solder_Paste", [0.8, 0.8, 0.8], 1, 0.2),
  material("ic_body", [0.03, 0.03, 0.033], 0, 0.55),
  material("cap_body", [0.4, 0.27, 0.17], 0, 0.5),
  material("res_body", [0.02, 0.02, 0.025], 0, 0.3),
  material("tin_plating", [0.78, 0.77, 0.74], 1, 0.28),
  material("can", [0.75, 0.76, 0.78], 1, 0.25),
  material("plastic", [0.6, 0.57, 0.5], 0, 0.5),
  material("Silkscreen", [0.75, 0.75, 0.72], 0, 0.7),
];
const [MASK, PAD, SOLDER, IC, CAP, RES, TIN, CAN, PLASTIC, SILK] = MATERIALS.keys();

class Shape {
  points = [];
  corners = [];
  quad(a, b, c, d) {
    const n = this.points.length / 3;
    this.points.push(...a, ...b, ...c, ...d);
    this.corners.push(n, n + 1, n + 2, n, n + 2, n + 3);
  }
  tri(a, b, c) {
    const n = this.points.length / 3;
    this.points.push(...a, ...b, ...c);
    this.corners.push(n, n + 1, n + 2);
  }
  mesh() {
    return { points: Float32Array.from(this.points), triangles: Uint32Array.from(this.corners) };
  }
}

/** A box with rounded upright and top edges. */
function roundBox(x, y, z0, z1, sx, sy, radius, steps) {
  const shape = new Shape();
  const profile = [[0, z0]];
  for (let k = 0; k <= steps; k++) {
    const a = ((k / steps) * Math.PI) / 2;
    profile.push([radius * (1 - Math.cos(a)), z1 - radius + radius * Math.sin(a)]);
  }
  const ring = ([inset, z]) => {
    const r = Math.max(radius - inset, radius * 0.2);
    const out = [];
    for (let q = 0; q < 4; q++)
      for (let k = 0; k <= steps; k++) {
        const a = ((q + k / steps) * Math.PI) / 2;
        const cx = (q === 0 || q === 3 ? 1 : -1) * (sx / 2 - inset - r);
        const cy = (q < 2 ? 1 : -1) * (sy / 2 - inset - r);
        out.push([x + cx + r * Math.cos(a), y + cy + r * Math.sin(a), z]);
      }
    return out;
  };
  const rings = profile.map(ring);
  for (let k = 0; k + 1 < rings.length; k++)
    rings[k].forEach((p, j) => {
      const next = (j + 1) % rings[k].length;
      shape.quad(p, rings[k][next], rings[k + 1][next], rings[k + 1][j]);
    });
  const top = rings.at(-1);
  top.forEach((p, j) => {
    shape.tri([x, y, z1], p, top[(j + 1) % top.length]);
  });
  return shape.mesh();
}

function cylinder(x, y, z0, z1, radius, sides, bevel) {
  const shape = new Shape();
  const rings = [
    [radius, z0],
    [radius, z1 - bevel],
    [radius - bevel, z1],
  ].map(([r, z]) =>
    Array.from({ length: sides }, (_, j) => {
      const a = (j / sides) * 2 * Math.PI;
      return [x + r * Math.cos(a), y + r * Math.sin(a), z];
    }),
  );
  for (let k = 0; k < 2; k++)
    rings[k].forEach((p, j) => {
      const next = (j + 1) % sides;
      shape.quad(p, rings[k][next], rings[k + 1][next], rings[k + 1][j]);
    });
  rings[2].forEach((p, j) => {
    shape.tri([x, y, z1], p, rings[2][(j + 1) % sides]);
  });
  return shape.mesh();
}

function sheet(x0, y0, x1, y1, z) {
  const shape = new Shape();
  shape.quad([x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z]);
  return shape.mesh();
}

/** A concave solder fillet from x outwards. */
function fillet(x, y, width, length, height, side) {
  const shape = new Shape();
  const steps = 8;
  const at = (k) => [x + (side * length * k) / steps, height * (1 - k / steps) ** 2 + 0.02];
  for (let k = 0; k < steps; k++) {
    const [a, za] = at(k);
    const [b, zb] = at(k + 1);
    const low = y - width / 2;
    const high = y + width / 2;
    if (side > 0) shape.quad([a, low, za], [b, low, zb], [b, high, zb], [a, high, za]);
    else shape.quad([a, low, za], [a, high, za], [b, high, zb], [b, low, zb]);
    for (const edge of [low, high])
      shape.quad([a, edge, za], [b, edge, zb], [b, edge, 0.001], [a, edge, 0.001]);
  }
  return shape.mesh();
}

function lead(x, y, width) {
  const shape = new Shape();
  const path = [
    [x - 0.05, 0.6],
    [x + 0.25, 0.6],
    [x + 0.35, 0.5],
    [x + 0.45, 0.12],
    [x + 0.55, 0.05],
    [x + 1.0, 0.05],
  ];
  const [low, high] = [y - width / 2, y + width / 2];
  for (let k = 0; k + 1 < path.length; k++) {
    const [a, za] = path[k];
    const [b, zb] = path[k + 1];
    shape.quad([a, low, za + 0.1], [b, low, zb + 0.1], [b, high, zb + 0.1], [a, high, za + 0.1]);
    for (const edge of [low, high])
      shape.quad([a, edge, za + 0.1], [b, edge, zb + 0.1], [b, edge, zb], [a, edge, za]);
  }
  return shape.mesh();
}

const turned = (quarter, x = 0, y = 0) => {
  const [c, s] = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ][quarter];
  return [c, s, 0, 0, -s, c, 0, 0, 0, 0, 1, 0, x, y, 0, 1];
};
const times = (a, b) =>
  Array.from({ length: 16 }, (_, i) =>
    [0, 1, 2, 3].reduce((sum, k) => sum + a[(i >> 2) * 4 + k] * b[k * 4 + (i & 3)], 0),
  );

/** The board as a `Scene` without lights, and what is on it. */
export function benchBoard(seed = 1) {
  const random = numbers(seed);
  const size = 60;
  const meshes = [];
  const parts = [];
  const add = (mesh) => meshes.push(mesh) - 1;
  const place = (path, mesh, look, world, labels = {}) =>
    parts.push({ path, mesh, material: look, world, labels, visible: true });

  const chip = (look, height, kind) => [
    ...[-0.8, 0.8].map((x) => [add(sheet(x - 0.4, -0.475, x + 0.4, 0.475, 0.015)), PAD, "pad"]),
    ...[-1, 1].map((side) => [add(fillet(0.8 * side, 0, 0.8, 0.38, height * 0.6, side)), SOLDER, "solder"]),
    [add(roundBox(0, 0, 0.03, height, 1.0, 0.8, 0.05, 3)), look, kind],
    ...[-1, 1].map((side) => [
      add(roundBox(0.65 * side, 0, 0.03, height + 0.01, 0.32, 0.82, 0.06, 3)),
      TIN,
      "lead",
    ]),
  ];
  const ic = () => {
    const padMesh = add(sheet(3.8, -0.25, 4.8, 0.25, 0.015));
    const filletMesh = add(fillet(4.5, 0, 0.38, 0.3, 0.2, 1));
    const leadMesh = add(lead(3.5, 0, 0.32));
    const out = [
      [add(roundBox(0, 0, 0.1, 1.1, 7, 7, 0.15, 4)), IC, "ic"],
      [add(cylinder(-2.8, 2.8, 1.09, 1.105, 0.3, 24, 0.005)), SILK, "silk"],
    ];
    for (let quarter = 0; quarter < 4; quarter++)
      for (let pin = 0; pin < 8; pin++) {
        const local = times(
          [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, (pin - 3.5) * 0.8, 0, 1],
          turned(quarter),
        );
        out.push(
          [padMesh, PAD, "pad", local],
          [filletMesh, SOLDER, "solder", local],
          [leadMesh, TIN, "lead", local],
        );
      }
    return out;
  };
  const can = () => [
    [add(roundBox(0, 0, 0.05, 0.6, 4.3, 4.3, 0.3, 3)), IC, "capacitor"],
    [add(cylinder(0, 0, 0.6, 5.4, 2, 64, 0.2)), CAN, "capacitor"],
    ...[-2.1, 2.1].map((x) => [add(sheet(x - 0.8, -0.6, x + 0.8, 0.6, 0.015)), PAD, "pad"]),
  ];
  const connector = () => {
    const pad = add(sheet(-0.5, -3.3, 0.5, -1.9, 0.015));
    const pin = add(roundBox(0, -2.3, 0.05, 0.4, 0.6, 1, 0.05, 2));
    const out = [[add(roundBox(0, 0, 0.02, 3, 13, 4, 0.2, 3)), PLASTIC, "connector"]];
    for (let k = 0; k < 6; k++) {
      const local = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, (k - 2.5) * 2, 0, 0, 1];
      out.push([pad, PAD, "pad", local], [pin, TIN, "lead", local]);
    }
    return out;
  };
  const kinds = {
    cap: chip(CAP, 0.8, "capacitor"),
    res: chip(RES, 0.45, "resistor"),
    ic: ic(),
    can: can(),
    connector: connector(),
  };

  place("/World/board/mask", add(sheet(-size / 2, -size / 2, size / 2, size / 2, 0)), MASK, turned(0));
  const traces = new Shape();
  for (let k = 0; k < 220; k++) {
    const x = -size / 2 + 2 + random() * (size - 12);
    const y = -size / 2 + 2 + random() * (size - 12);
    const long = 2 + random() * 8;
    const [w, h] = random() < 0.5 ? [long, 0.12] : [0.12, long];
    traces.quad([x, y, 0.012], [x + w, y, 0.012], [x + w, y + h, 0.012], [x, y + h, 0.012]);
  }
  place("/World/board/traces", add(traces.mesh()), MASK, turned(0));
  const via = add(cylinder(0, 0, 0, 0.02, 0.3, 24, 0.02));
  for (let k = 0; k < 160; k++)
    place(
      `/World/board/via_${k}`,
      via,
      PAD,
      turned(0, -size / 2 + 2 + random() * (size - 4), -size / 2 + 2 + random() * (size - 4)),
    );

  const cells = 22;
  const step = (size - 4) / cells;
  const taken = new Set();
  const components = [];
  const claim = (gx, gy, w, h, kind) => {
    const all = [];
    for (let a = gx; a < gx + w; a++) for (let b = gy; b < gy + h; b++) all.push(a * 100 + b);
    if (gx + w > cells || gy + h > cells || all.some((c) => taken.has(c))) return;
    for (const c of all) taken.add(c);
    components.push({ kind, x: -size / 2 + 2 + (gx + w / 2) * step, y: -size / 2 + 2 + (gy + h / 2) * step });
  };
  for (let k = 0; k < 10; k++) claim(Math.floor(random() * 18), Math.floor(random() * 18), 4, 4, "ic");
  for (let k = 0; k < 8; k++) claim(Math.floor(random() * 19), Math.floor(random() * 19), 3, 3, "can");
  claim(4, 0, 6, 2, "connector");
  claim(14, 20, 6, 2, "connector");
  for (let a = 0; a < cells; a++)
    for (let b = 0; b < cells; b++) {
      if (taken.has(a * 100 + b)) continue;
      const x = -size / 2 + 2 + (a + 0.5) * step;
      const y = -size / 2 + 2 + (b + 0.5) * step;
      const draw = random();
      if (draw < 0.35)
        components.push({ kind: "cap", x, y: y - 0.6, turn: 0 }, { kind: "res", x, y: y + 0.6, turn: 0 });
      else components.push({ kind: draw < 0.7 ? "res" : "cap", x, y });
    }
  components.forEach(({ kind, x, y, turn }, i) => {
    const world = turned(turn ?? Math.floor(random() * 4), x, y);
    kinds[kind].forEach(([mesh, look, label, local], k) => {
      place(`/World/board/${kind}_${i}/m${k}`, mesh, look, local ? times(local, world) : world, {
        class: label,
      });
    });
  });
  const triangles = parts.reduce((sum, part) => sum + meshes[part.mesh].triangles.length / 3, 0);
  return {
    scene: {
      file: "bench.usda",
      metersPerUnit: 0.001,
      root: undefined,
      meshes,
      textures: [],
      materials: MATERIALS,
      parts,
      lights: [],
      cameras: [],
      problems: [],
    },
    components: components.length,
    triangles,
  };
}

const light = (path, world, more) => ({
  path,
  world,
  visible: true,
  color: [1, 1, 1],
  intensity: 1,
  exposure: 0,
  normalize: false,
  ...more,
});

/** A ring of disk lights above a point of the board (all facing it) and a weak dome. */
export function benchLights([x, y] = [0, 0]) {
  const lights = [light("/World/dome", turned(0), { kind: "dome", intensity: 0.35 })];
  const [rings, count, radius] = [6, 36, 100];
  for (let ring = 0; ring < rings; ring++)
    for (let k = 0; k < count; k++) {
      const elevation = ((25 + ring * 10) * Math.PI) / 180;
      const azimuth = ((k + ring / 2) / count) * 2 * Math.PI;
      const out = [
        Math.cos(elevation) * Math.cos(azimuth),
        Math.cos(elevation) * Math.sin(azimuth),
        Math.sin(elevation),
      ];
      const side = [-Math.sin(azimuth), Math.cos(azimuth), 0];
      const up = [
        out[1] * side[2] - out[2] * side[1],
        out[2] * side[0] - out[0] * side[2],
        out[0] * side[1] - out[1] * side[0],
      ];
      const world = [
        ...side,
        0,
        ...up,
        0,
        ...out,
        0,
        out[0] * radius + x,
        out[1] * radius + y,
        out[2] * radius,
        1,
      ];
      lights.push(
        light(`/World/ring/L_${ring}_${k}`, world, {
          kind: "disk",
          radius: 3.5,
          coneAngleDeg: 180,
          coneSoftness: 0,
          intensity: 4,
        }),
      );
    }
  return lights;
}

/** Looks straight down on a window. */
export function benchView(x, y, size) {
  return {
    position: [x, y, 80],
    yawDeg: 0,
    tiltXDeg: 0,
    tiltYDeg: 0,
    projection: "orthographic",
    width: size,
    height: size,
    focalLength: 50,
    lensRadius: 0,
    focusDistance: 0,
  };
}
