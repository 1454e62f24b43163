// An orthonormal frame around the shading normal (Duff et al. 2017), and vectors into and out of it.

let tx: f32 = 1;
let ty: f32 = 0;
let tz: f32 = 0;
let bx: f32 = 0;
let by: f32 = 1;
let bz: f32 = 0;
let nx: f32 = 0;
let ny: f32 = 0;
let nz: f32 = 1;

export let outX: f32 = 0;
export let outY: f32 = 0;
export let outZ: f32 = 0;

export function setFrame(x: f32, y: f32, z: f32): void {
  nx = x;
  ny = y;
  nz = z;
  const sign: f32 = z >= 0 ? 1 : -1;
  const a: f32 = <f32>-1 / (sign + z);
  const b = x * y * a;
  tx = <f32>1 + sign * x * x * a;
  ty = sign * b;
  tz = -sign * x;
  bx = b;
  by = sign + y * y * a;
  bz = -y;
}

export function toLocal(x: f32, y: f32, z: f32): void {
  outX = x * tx + y * ty + z * tz;
  outY = x * bx + y * by + z * bz;
  outZ = x * nx + y * ny + z * nz;
}

export function toWorld(x: f32, y: f32, z: f32): void {
  outX = x * tx + y * bx + z * nx;
  outY = x * ty + y * by + z * ny;
  outZ = x * tz + y * bz + z * nz;
}
