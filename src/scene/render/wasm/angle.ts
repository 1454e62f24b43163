// Trigonometry as polynomials: fast, and the same on every machine.

export const PI: f32 = Mathf.PI;

export let sine: f32 = 0;
export let cosine: f32 = 1;

/** Sets `sine` and `cosine` of 2π·turn for turn in [0, 1]; error below 1e-6. */
export function turnTo(turn: f32): void {
  // Fold to an eighth turn around the nearest quarter.
  const quarter = Mathf.floor(turn * 4 + <f32>0.5);
  const x = (turn - quarter * <f32>0.25) * (2 * PI);
  const x2 = x * x;
  const s = x * (<f32>1 + x2 * (<f32>-1.6666666e-1 + x2 * (<f32>8.333331e-3 + x2 * <f32>-1.9840874e-4)));
  const c =
    <f32>1 + x2 * (<f32>-0.5 + x2 * (<f32>4.1666638e-2 + x2 * (<f32>-1.3888378e-3 + x2 * <f32>2.4760495e-5)));
  const q = <i32>quarter & 3;
  if (q === 0) {
    sine = s;
    cosine = c;
  } else if (q === 1) {
    sine = c;
    cosine = -s;
  } else if (q === 2) {
    sine = -s;
    cosine = -c;
  } else {
    sine = -c;
    cosine = s;
  }
}

/** Angle of a cosine; error below 7e-5 (Abramowitz and Stegun 4.4.45). */
export function angleOf(x: f32): f32 {
  const a = Mathf.min(Mathf.abs(x), 1);
  const p = <f32>1.5707288 + a * (<f32>-0.2121144 + a * (<f32>0.074261 + a * <f32>-0.0187293));
  const r = Mathf.sqrt(<f32>1 - a) * p;
  return x < 0 ? PI - r : r;
}

export let diskX: f32 = 0;
export let diskY: f32 = 0;

/** A point of the unit disk, uniform in area, neighbours stay neighbours (Shirley and Chiu 1997). */
export function toDisk(u: f32, v: f32): void {
  const a = <f32>2 * u - 1;
  const b = <f32>2 * v - 1;
  if (a === 0 && b === 0) {
    diskX = 0;
    diskY = 0;
    return;
  }
  let r: f32;
  let turn: f32;
  if (Mathf.abs(a) > Mathf.abs(b)) {
    r = a;
    turn = <f32>0.125 * (b / a);
  } else {
    r = b;
    turn = <f32>0.25 - <f32>0.125 * (a / b);
  }
  if (turn < 0) turn += 1;
  turnTo(turn);
  diskX = r * cosine;
  diskY = r * sine;
}
