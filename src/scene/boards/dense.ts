import { type Random, seeded } from "../../kit/random.js";
import type { Board, Point } from "../board/board.js";
import { type Block, bank, pack, stage } from "./blocks.js";
import { compose } from "./compose.js";
import { placements } from "./draft.js";

const SIZE: Point = [60, 40];
const SMALL: Point = [24, 18];

/** Our dense board: some hundred chips 0402 to 1206 in banks, with small transistors and regulators, 60 × 40 mm. */
export function denseBoard(seed: number): Board {
  const random = seeded(seed).fork("board", "dense");
  const lay = random.fork("layout");
  const { small, middle, large } = groups(lay);
  const many = () => [...small, lay.pick(small), ...middle, ...large];
  const next = filler([...large, ...middle, ...small], many, lay);
  const [w, h] = SIZE;
  const items = [
    ...pack([7.1, 1.2, w - 7.1, 7], next, 0.4, lay),
    ...pack([1.3, 7.6, w - 1.3, h - 7.4], next, 0.4, lay),
    ...pack([7.1, h - 7, w - 7.1, h - 1.2], next, 0.4, lay),
  ];
  return compose(
    {
      name: "dense",
      size: SIZE,
      thickness: 1.6,
      parts: placements(items),
      mounts: [
        [3, 3],
        [w - 3, 3],
        [w - 3, h - 3],
        [3, h - 3],
      ],
      fiducials: [
        [6.2, 6],
        [w - 6.2, h - 6],
        [w - 6.2, 6],
      ],
      captions: [],
      letters: 0.6,
    },
    random,
  );
}

/** A module of mostly 0402 chips from edge to edge, 24 × 18 mm: about a hundred parts in few frames. */
export function smallBoard(seed: number): Board {
  const random = seeded(seed).fork("board", "small");
  const lay = random.fork("layout");
  const { small, middle, large } = groups(lay);
  const owed = [...large.slice(0, 1), ...middle.slice(0, 1), ...middle.slice(2, 4)];
  const [w, h] = SMALL;
  const items = pack(
    [0.9, 0.9, w - 0.9, h - 0.9],
    filler(owed, () => small, lay),
    0.4,
    lay,
  );
  return compose(
    {
      name: "small",
      size: SMALL,
      thickness: 1.6,
      parts: placements(items),
      mounts: [],
      fiducials: [],
      captions: [],
      letters: 0.6,
    },
    random,
  );
}

/** Banks of the smallest chips; of larger ones, and stages around transistors; the largest. */
function groups(lay: Random) {
  const small = [
    (): Block => bank("0402", 6 + lay.int(5), 2, ["R", "C"], true, lay),
    (): Block => bank("0402", 3 + lay.int(3), 4, ["C", "R"], false, lay),
    (): Block => bank("0402", 8 + lay.int(5), 2, ["C"], true, lay),
  ];
  const middle = [
    (): Block => bank("0603", 5 + lay.int(3), 1, ["R", "C"], true, lay),
    (): Block => bank("0603", 2, 2, ["C", "R"], false, lay),
    (): Block => bank("0603", 1, 2, ["LED", "R"], false, lay),
    (): Block => stage("SOT-23", lay.pick(["2N7002", "BC847", "BAV99"]), "0402", lay),
    (): Block => stage("SOT-23-5", lay.pick(["LP2985", "TPS61", "MCP23"]), "0603", lay),
    (): Block => stage("SOT-363", lay.pick(["BC847BS", "WE3"]), "0402", lay),
    (): Block => stage("SOT-23-6", lay.pick(["AP7361", "FDC6301"]), "0402", lay),
  ];
  const large = [
    (): Block => bank("0805", 3, 1, ["C", "C", "R"], true, lay),
    (): Block => bank("1206", 1, 2, ["C", "R"], false, lay),
    (): Block => bank("0805", 1, 2, ["L", "C"], false, lay),
  ];
  return { small, middle, large };
}

type Makers = readonly (() => Block)[];

/** For whatever room is left: first one of each that is owed, so that no kind is missing, then any that fits. */
function filler(owed: Makers, fill: () => Makers, lay: Random): (room: Point) => Block | undefined {
  const due = lay.shuffle(owed).map((make) => make());
  return (room) => {
    const first = due.findIndex((b) => b.width <= room[0] && b.height <= room[1]);
    if (first >= 0) return due.splice(first, 1)[0];
    const kinds = lay.shuffle(fill());
    const found = kinds.map((make) => make()).find((b) => b.width <= room[0] && b.height <= room[1]);
    if (found) return found;
    // What is left at the end of a shelf takes a last row of capacitors.
    const columns = Math.floor(room[0]);
    return columns >= 2 && room[1] >= 2 ? bank("0402", columns, 1, ["C", "R"], true, lay) : undefined;
  };
}
