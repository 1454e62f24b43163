/**
 * Defects of bare boards that are known by name: whether conductor is added or lost, and how the changed place
 * meets the conductor around it (see Flip). Lets a type be made before the first one was ever seen.
 */
const KNOWN: readonly (readonly [name: string, adds: boolean, contacts: 0 | 1 | 2])[] = [
  ["open", false, 2],
  ["open circuit", false, 2],
  ["short", true, 2],
  ["bridge", true, 2],
  ["short circuit", true, 2],
  ["mousebite", false, 1],
  ["mouse bite", false, 1],
  ["nick", false, 1],
  ["spur", true, 1],
  ["protrusion", true, 1],
  ["copper", true, 0],
  ["spurious copper", true, 0],
  ["excess copper", true, 0],
  ["pinhole", false, 0],
  ["pin hole", false, 0],
];

export type Archetype = Readonly<{ addsConductor: boolean; contacts: 0 | 1 | 2 }>;

/** The known type of that name; hyphens, underscores and spaces are alike. */
export function archetypeOf(label: string): Archetype | undefined {
  const plain = label
    .trim()
    .toLowerCase()
    .replaceAll(/[-_\s]+/g, " ");
  const found = KNOWN.find(([name]) => name === plain || name.replaceAll(" ", "") === plain);
  return found ? { addsConductor: found[1], contacts: found[2] } : undefined;
}
