/** What the camera sees of the board at each pixel: colour, height in pixels, and how metallic it is. */
export type Canvas = Readonly<{
  size: number;
  red: Float32Array;
  green: Float32Array;
  blue: Float32Array;
  height: Float32Array;
  metal: Float32Array;
}>;

export type Rgb = readonly [number, number, number];

/** Position and rotation of a drawing: local (u, v) lies at pixel (x + u·cos − v·sin, y + u·sin + v·cos). */
export type Frame = Readonly<{ x: number; y: number; cos: number; sin: number }>;

/** What a shape puts on the canvas. Colours are linear 0..1. */
export type Surface = {
  red: number;
  green: number;
  blue: number;
  height: number;
  metal: number;
  alpha: number;
};

/** A shape: signed distance to its edge (negative inside), and a radius around its origin beyond which it is empty. */
export type Shape = Readonly<{ distance: (u: number, v: number) => number; reach: number }>;

export function makeCanvas(size: number): Canvas {
  const plane = () => new Float32Array(size * size);
  return { size, red: plane(), green: plane(), blue: plane(), height: plane(), metal: plane() };
}

export function frame(x: number, y: number, angle = 0): Frame {
  return { x, y, cos: Math.cos(angle), sin: Math.sin(angle) };
}

/** A frame at (u, v) of another one, turned by `angle` against it. */
export function at(outer: Frame, u: number, v: number, angle = 0): Frame {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return {
    x: outer.x + u * outer.cos - v * outer.sin,
    y: outer.y + u * outer.sin + v * outer.cos,
    cos: outer.cos * cos - outer.sin * sin,
    sin: outer.sin * cos + outer.cos * sin,
  };
}

export function box(halfWidth: number, halfHeight: number, radius = 0): Shape {
  const r = Math.min(radius, halfWidth, halfHeight);
  return {
    reach: Math.hypot(halfWidth, halfHeight) + 1,
    distance: (u, v) => {
      const du = Math.abs(u) - halfWidth + r;
      const dv = Math.abs(v) - halfHeight + r;
      return Math.hypot(Math.max(du, 0), Math.max(dv, 0)) + Math.min(Math.max(du, dv), 0) - r;
    },
  };
}

export function disc(radius: number): Shape {
  return { reach: radius + 1, distance: (u, v) => Math.hypot(u, v) - radius };
}

/** A stroke from the origin to (du, dv). */
export function stroke(du: number, dv: number, width: number): Shape {
  const length2 = du * du + dv * dv;
  return {
    reach: Math.sqrt(length2) + width,
    distance: (u, v) => {
      const t = length2 === 0 ? 0 : Math.max(0, Math.min(1, (u * du + v * dv) / length2));
      return Math.hypot(u - t * du, v - t * dv) - width / 2;
    },
  };
}

/**
 * Paints a shape. `surface` is called for every covered pixel with local position and distance to the edge, and
 * changes the surface it is given, which holds what lies there already. `softness` blurs the edge.
 */
export function paint(
  canvas: Canvas,
  place: Frame,
  shape: Shape,
  surface: (s: Surface, u: number, v: number, distance: number) => void,
  softness = 1,
): void {
  const { size } = canvas;
  const reach = shape.reach + softness;
  const [x0, x1] = [Math.max(0, Math.floor(place.x - reach)), Math.min(size - 1, Math.ceil(place.x + reach))];
  const [y0, y1] = [Math.max(0, Math.floor(place.y - reach)), Math.min(size - 1, Math.ceil(place.y + reach))];
  const s: Surface = { red: 0, green: 0, blue: 0, height: 0, metal: 0, alpha: 1 };
  for (let y = y0; y <= y1; y++)
    for (let x = x0; x <= x1; x++) {
      const dx = x - place.x;
      const dy = y - place.y;
      const u = dx * place.cos + dy * place.sin;
      const v = dy * place.cos - dx * place.sin;
      const distance = shape.distance(u, v);
      const cover = 0.5 - distance / softness;
      if (cover <= 0) continue;
      const i = y * size + x;
      s.red = canvas.red[i] as number;
      s.green = canvas.green[i] as number;
      s.blue = canvas.blue[i] as number;
      s.height = canvas.height[i] as number;
      s.metal = canvas.metal[i] as number;
      s.alpha = 1;
      surface(s, u, v, distance);
      const a = Math.min(1, cover) * s.alpha;
      canvas.red[i] = (canvas.red[i] as number) * (1 - a) + s.red * a;
      canvas.green[i] = (canvas.green[i] as number) * (1 - a) + s.green * a;
      canvas.blue[i] = (canvas.blue[i] as number) * (1 - a) + s.blue * a;
      canvas.height[i] = (canvas.height[i] as number) * (1 - a) + s.height * a;
      canvas.metal[i] = (canvas.metal[i] as number) * (1 - a) + s.metal * a;
    }
}

/** Sets the colour of a surface. */
export function tint(s: Surface, rgb: Rgb, metal = 0): void {
  s.red = rgb[0];
  s.green = rgb[1];
  s.blue = rgb[2];
  s.metal = metal;
}

/** Darkens what lies there: the shadow of something `depth` strong. */
export function shade(canvas: Canvas, place: Frame, shape: Shape, depth: number, softness: number): void {
  paint(
    canvas,
    place,
    shape,
    (s) => {
      s.red *= 1 - depth;
      s.green *= 1 - depth;
      s.blue *= 1 - depth;
    },
    softness,
  );
}
