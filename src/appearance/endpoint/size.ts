/** Pixels that the model works at (dig 7.3), and the grid of its sides. */
const WORK_PIXELS = 1_048_576;
const GRID = 32;

/**
 * The size at which the model edits a picture: about {@link WORK_PIXELS}, aspect kept, both sides whole multiples of
 * 32 (dig 7.3: 158×114 → 1216×864).
 */
export function workSize(width: number, height: number): Readonly<{ width: number; height: number }> {
  const ratio = width / height;
  const wide = Math.sqrt(WORK_PIXELS * ratio);
  const onGrid = (side: number) => Math.max(GRID, Math.round(side / GRID) * GRID);
  return { width: onGrid(wide), height: onGrid(wide / ratio) };
}
