// Camera rays: orthographic or perspective, through a thin lens where it has one.
import {
  HEAD_BOX,
  HEAD_FOCAL,
  HEAD_FOCUS,
  HEAD_FORWARD,
  HEAD_HEIGHT,
  HEAD_LENS,
  HEAD_PERSPECTIVE,
  HEAD_POSITION,
  HEAD_RIGHT,
  HEAD_UP,
  HEAD_WIDTH,
  HEAD_WINDOW_HEIGHT,
  HEAD_WINDOW_WIDTH,
} from "../layout";
import { diskX, diskY, toDisk } from "./angle";
import { r0, r1, r2, r3 } from "./sampler";
import { originX, originY, originZ } from "./scene";

/** The current ray, relative to the origin; unit direction. */
export let rayX: f32 = 0;
export let rayY: f32 = 0;
export let rayZ: f32 = 0;
export let rayDX: f32 = 0;
export let rayDY: f32 = 0;
export let rayDZ: f32 = -1;
/** Depth in front of which there is nothing: rays start there, which keeps single precision precise. */
export let start: f64 = 0;

let perspective: bool = false;
let width: f64 = 0;
let height: f64 = 0;
let windowWidth: f64 = 0;
let windowHeight: f64 = 0;
let focal: f64 = 0;
let lens: f64 = 0;
let focus: f64 = 0;
let px: f64 = 0;
let py: f64 = 0;
let pz: f64 = 0;
let rx: f64 = 0;
let ry: f64 = 0;
let rz: f64 = 0;
let ux: f64 = 0;
let uy: f64 = 0;
let uz: f64 = 0;
let fx: f64 = 0;
let fy: f64 = 0;
let fz: f64 = 0;

export function bindLens(head: usize): void {
  perspective = load<i32>(head, HEAD_PERSPECTIVE) !== 0;
  width = <f64>load<i32>(head, HEAD_WIDTH);
  height = <f64>load<i32>(head, HEAD_HEIGHT);
  windowWidth = load<f64>(head, HEAD_WINDOW_WIDTH);
  windowHeight = load<f64>(head, HEAD_WINDOW_HEIGHT);
  focal = load<f64>(head, HEAD_FOCAL);
  lens = load<f64>(head, HEAD_LENS);
  focus = load<f64>(head, HEAD_FOCUS);
  px = load<f64>(head, HEAD_POSITION) - originX;
  py = load<f64>(head, HEAD_POSITION + 8) - originY;
  pz = load<f64>(head, HEAD_POSITION + 16) - originZ;
  rx = load<f64>(head, HEAD_RIGHT);
  ry = load<f64>(head, HEAD_RIGHT + 8);
  rz = load<f64>(head, HEAD_RIGHT + 16);
  ux = load<f64>(head, HEAD_UP);
  uy = load<f64>(head, HEAD_UP + 8);
  uz = load<f64>(head, HEAD_UP + 16);
  fx = load<f64>(head, HEAD_FORWARD);
  fy = load<f64>(head, HEAD_FORWARD + 8);
  fz = load<f64>(head, HEAD_FORWARD + 16);
  // The box corner nearest along the view axis.
  const x = <f64>load<f32>(head + (fx > 0 ? 0 : 12), HEAD_BOX) - px;
  const y = <f64>load<f32>(head + (fy > 0 ? 4 : 16), HEAD_BOX) - py;
  const z = <f64>load<f32>(head + (fz > 0 ? 8 : 20), HEAD_BOX) - pz;
  const nearest = x * fx + y * fy + z * fz;
  start = nearest > 0 ? nearest * 0.999 : 0;
}

/** Window coordinates of a picture position in pixels. */
export function windowX(u: f64): f64 {
  return (u / width - 0.5) * windowWidth;
}

export function windowY(v: f64): f64 {
  return (0.5 - v / height) * windowHeight;
}

/** Sets the ray of a pixel: r0, r1 place it in the pixel, r2, r3 on the lens. */
export function aim(x: i32, y: i32): void {
  const wx = windowX(<f64>x + <f64>r0);
  const wy = windowY(<f64>y + <f64>r1);
  // Origin on the camera plane (a, b) and direction (c, d, 1) in camera axes: t counts depth.
  let a = wx;
  let b = wy;
  let c: f64 = 0;
  let d: f64 = 0;
  if (perspective) {
    a = 0;
    b = 0;
    c = wx / focal;
    d = wy / focal;
  }
  if (lens > 0 && focus > 0) {
    toDisk(r2, r3);
    const lx = lens * <f64>diskX;
    const ly = lens * <f64>diskY;
    a += lx;
    b += ly;
    c -= lx / focus;
    d -= ly / focus;
  }
  const dx = fx + c * rx + d * ux;
  const dy = fy + c * ry + d * uy;
  const dz = fz + c * rz + d * uz;
  rayX = <f32>(px + a * rx + b * ux + start * dx);
  rayY = <f32>(py + a * ry + b * uy + start * dy);
  rayZ = <f32>(pz + a * rz + b * uz + start * dz);
  const k = 1 / Math.sqrt(dx * dx + dy * dy + dz * dz);
  rayDX = <f32>(dx * k);
  rayDY = <f32>(dy * k);
  rayDZ = <f32>(dz * k);
}
