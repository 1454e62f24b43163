import { seeded } from "../../kit/random.js";
import type { Board, Point } from "../board/board.js";
import { type Block, bank, pack, stage } from "./blocks.js";
import { compose } from "./compose.js";
import { placements } from "./draft.js";

const SIZE: Point = [60, 40];

/** Our dense board: some hundred chips 0402 to 1206 in banks, with small transistors and regulators, 60 × 40 mm. */
export function denseBoard(seed: number): Board {
  const random = seeded(seed).fork("board", "dense");
  const lay = random.fork("layout");
  const small = [
    (): Block => bank("0402", 5 + lay.int(4), 2, ["R", "C"], true, lay),
    (): Block => bank("0402", 3, 3, ["C"], false, lay),
    (): Block => bank("0402", 6 + lay.int(5), 1, ["C"], true, lay),
  ];
  const middle = [
    (): Block => bank("0603", 4 + lay.int(3), 1, ["R", "C"], true, lay),
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
  const next = (room: Point): Block | undefined => {
    const kinds = lay.shuffle([
      lay.pick(small),
      lay.pick(middle),
      lay.pick(middle),
      lay.pick(large),
      small[2],
    ]);
    return kinds.map((make) => make()).find((b) => b.width <= room[0] && b.height <= room[1]);
  };
  const middleItems = pack([7.2, 1.6, SIZE[0] - 7.2, SIZE[1] - 1.6], next, 0.75, lay);
  const left = pack([1.4, 7.4, 6.6, SIZE[1] - 7.4], next, 0.8, lay);
  const right = pack([SIZE[0] - 6.6, 7.4, SIZE[0] - 1.4, SIZE[1] - 7.4], next, 0.8, lay);
  return compose(
    {
      name: "dense",
      size: SIZE,
      thickness: 1.6,
      parts: placements([...left, ...middleItems, ...right]),
      mounts: [
        [3.6, 3.6],
        [SIZE[0] - 3.6, 3.6],
        [SIZE[0] - 3.6, SIZE[1] - 3.6],
        [3.6, SIZE[1] - 3.6],
      ],
      fiducials: [
        [1.5, 7.1 - 0.1],
        [SIZE[0] - 1.5, SIZE[1] - 7],
        [SIZE[0] - 1.5, 7],
      ].map(([x, y]): Point => [x, y]),
      captions: [],
      letters: 0.6,
    },
    random,
  );
}
