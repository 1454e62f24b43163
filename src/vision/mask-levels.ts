/** Levels that neither black nor white of a mask are, also where it was smoothed or compressed. */
const BETWEEN = [32, 223] as const;
/** So much of a picture, and of its bright pixels, may lie between before it is no mask: soft edges do. */
const MOST = { ofAll: 0.05, ofBright: 0.6 } as const;
/** Pictures of so few levels are drawn, not photographed: 0 and 128 are a mask, too. */
const FEW_LEVELS = 8;

/**
 * Whether grey levels can be a mask: nearly all pixels black or white. A photo given by mistake is neither, and would be cut
 * at its middle grey into a shape that means nothing.
 */
export function looksLikeMask(levels: ArrayLike<number>): boolean {
  let between = 0;
  let bright = 0;
  const levelsSeen = new Set<number>();
  for (let i = 0; i < levels.length; i++) {
    const v = levels[i] as number;
    levelsSeen.add(v);
    if (v < BETWEEN[0]) continue;
    bright++;
    if (v <= BETWEEN[1]) between++;
  }
  if (levelsSeen.size <= FEW_LEVELS) return true;
  return between <= MOST.ofAll * levels.length || between <= MOST.ofBright * bright;
}
