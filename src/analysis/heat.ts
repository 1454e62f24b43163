import type { HeatMap, HeatPlace, Tiles } from "./types.js";

/** The part of a heat map that belongs to one lighting. */
export function heatTile(map: HeatMap, tiles: Tiles, light: number): HeatMap {
  const width = Math.floor(map.width / tiles.x);
  const height = Math.floor(map.height / tiles.y);
  const left = (light % tiles.x) * width;
  const top = Math.floor(light / tiles.x) * height;
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    data.set(
      map.data.subarray((top + y) * map.width + left, (top + y) * map.width + left + width),
      y * width,
    );
  return { width, height, data, score: map.score };
}

/** Where the heat is strongest, in which lighting, and how concentrated it is there. */
export function heatPlace(map: HeatMap, tiles: Tiles): HeatPlace {
  let at = 0;
  for (let i = 1; i < map.data.length; i++) if (map.data[i] > map.data[at]) at = i;
  const tileWidth = Math.floor(map.width / tiles.x);
  const tileHeight = Math.floor(map.height / tiles.y);
  const px = at % map.width;
  const py = Math.floor(at / map.width);
  const column = Math.min(tiles.x - 1, Math.floor(px / tileWidth));
  const row = Math.min(tiles.y - 1, Math.floor(py / tileHeight));
  const light = row * tiles.x + column;
  const tile = heatTile(map, tiles, light);
  const x = Math.min(1, (px - column * tileWidth + 0.5) / tileWidth);
  const y = Math.min(1, (py - row * tileHeight + 0.5) / tileHeight);
  const focus = focusAround(tile, x, y);
  return { light, x, y, peak: map.data[at], focus, place: placeName(x, y, focus) };
}

function focusAround(tile: HeatMap, x: number, y: number): number {
  let near = 0;
  let all = 0;
  const cx = x * tile.width;
  const cy = y * tile.height;
  for (let j = 0; j < tile.height; j++)
    for (let i = 0; i < tile.width; i++) {
      const v = tile.data[j * tile.width + i];
      all += v;
      if (Math.abs(i + 0.5 - cx) <= tile.width / 6 && Math.abs(j + 0.5 - cy) <= tile.height / 6) near += v;
    }
  return all > 0 ? near / all : 0;
}

/** `top left`, `centre`, …, or `everywhere` for heat without a centre. */
export function placeName(x: number, y: number, focus = 1): string {
  if (focus < 0.2) return "everywhere";
  const row = ["top", "", "bottom"][Math.min(2, Math.floor(y * 3))];
  const column = ["left", "", "right"][Math.min(2, Math.floor(x * 3))];
  return `${row} ${column}`.trim() || "centre";
}

/**
 * A short description of a heat map for clustering: the square roots of the shares of heat in a 4 × 4 grid of its
 * strongest lighting (Hellinger distance), then the peak's position and the focus. Length {@link HEAT_FEATURES}.
 */
export function heatFeatures(map: HeatMap, tiles: Tiles): Float32Array {
  const place = heatPlace(map, tiles);
  const tile = heatTile(map, tiles, place.light);
  const grid = new Float32Array(16);
  let all = 0;
  for (let j = 0; j < tile.height; j++)
    for (let i = 0; i < tile.width; i++) {
      const cell = Math.floor((j * 4) / tile.height) * 4 + Math.floor((i * 4) / tile.width);
      const v = tile.data[j * tile.width + i];
      grid[cell] += v;
      all += v;
    }
  const out = new Float32Array(HEAT_FEATURES);
  for (let i = 0; i < 16; i++) out[i] = all > 0 ? Math.sqrt(grid[i] / all) : 0.25;
  out[16] = place.x;
  out[17] = place.y;
  out[18] = place.focus;
  return out;
}

export const HEAT_FEATURES = 19;
