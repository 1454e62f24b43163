import { type Random, seeded } from "../../kit/random.js";
import type { Board, Point } from "../board/board.js";
import { type Block, bank, chipItem, pack } from "./blocks.js";
import { compose } from "./compose.js";
import { type Item, placements } from "./draft.js";

const SIZE: Point = [80, 60];

/** The large parts and where they stand. */
const MAIN: readonly Item[] = [
  part("U", "STM32F407", "LQFP-64_10x10mm_P0.5mm", [30, 33]),
  part("U", "RP2350A", "QFN-48_7x7mm_P0.5mm", [51, 36]),
  part("U", "MT41K256", "BGA-100_9x9mm_P0.8mm", [51, 22.5]),
  part("U", "W25Q128", "SOIC-8_3.9x4.9mm_P1.27mm", [17, 39], 90),
  part("U", "SN74LVC245", "TSSOP-20_4.4x6.5mm_P0.65mm", [16.5, 30]),
  part("U", "MAX3232", "SOIC-16_3.9x9.9mm_P1.27mm", [28.5, 17.5], 90),
  part("U", "AMS1117", "SOT-223", [67.5, 43.5]),
  part("U", "TPS5430", "SOIC-8_3.9x4.9mm_P1.27mm", [66, 33], 0),
  part("Q", "AO3400", "SOT-23", [72.5, 36.5], 90),
  part("Y", "25.000", "Crystal_SMD_3225", [40.5, 25.5], 90),
  part("Y", "12.000", "Crystal_SMD_5032", [41, 43.5]),
  part("C", "100 25V", "CP_Elec_6.3x7.7", [57.5, 52.5], 90),
  part("C", "100 25V", "CP_Elec_6.3x7.7", [65.5, 52.5], 90),
  part("C", "220 16V", "CP_Elec_8x10.2", [73.5, 27], 90),
  part("C", "47u", "CP_EIA-3528", [61, 40.5], 90),
  part("C", "22u", "CP_EIA-3216", [57.5, 43.5], 90),
  part("C", "22u", "CP_EIA-3216", [60, 46.5]),
  part("L", "4R7", "L_Power_6.0x6.0x3.0", [63.5, 24]),
  part("D", "SS34", "D_SMA", [64.5, 17.5]),
  part("D", "SMBJ12", "D_SMB", [73, 17.6], 90),
  part("D", "1N4148", "D_SOD-123", [70.5, 11.8]),
  part("J", "USB", "USB_Micro", [3.8, 30], 90),
  part("J", "PWR", "JST_PH_S4", [36, 4.2]),
  part("J", "I2C", "JST_PH_S6", [16, 4.2]),
  part("J", "GPIO", "PinHeader_2x10", [30, 55], 90),
  part("J", "SWD", "PinHeader_1x05", [76.5, 40.5]),
  part("SW", "RESET", "SW_SMD_6x6", [10.5, 51.5], 0, "button"),
  part("U", "LM358", "DIP-8", [54, 7.5], 90),
  part("C", "470u", "CP_Radial_D8.0mm_P3.50", [67.5, 6.8], 0),
];

function part(
  letter: string,
  value: string,
  footprint: string,
  at: Point,
  rotation = 0,
  family?: Item["family"],
): Item {
  return { letter, value, footprint, at, rotation, ...(family ? { family } : {}) };
}

/** Our board of many kinds: controllers, memory, power, connectors and wired parts, 80 × 60 mm. */
export function mixedBoard(seed: number): Board {
  const random = seeded(seed).fork("board", "mixed");
  const lay = random.fork("layout");
  const items = [...MAIN, ...decoupling(lay), ...groups(lay)];
  return compose(
    {
      name: "mixed",
      size: SIZE,
      thickness: 1.6,
      parts: placements(items),
      mounts: [
        [3.6, 3.6],
        [SIZE[0] - 3.6, 3.6],
        [SIZE[0] - 3.6, SIZE[1] - 3.6],
        [3.6, SIZE[1] - 3.6],
      ],
      fiducials: [
        [8.6, 2.4],
        [SIZE[0] - 9, SIZE[1] - 2.4],
        [2.4, SIZE[1] - 9],
      ],
      captions: [
        { text: "REFLOW MIXED", at: [53.6, 57.6], height: 1.3 },
        { text: "REV B", at: [49, 54.8], height: 1 },
      ],
      letters: 0.8,
      testPoints: [
        [44.5, 52],
        [47, 52],
        [49.5, 52],
        [46, 13.5],
        [48.5, 13.5],
      ],
    },
    random,
  );
}

/** Capacitors and series resistors around the processors, as close as they fit. */
function decoupling(random: Random): Item[] {
  const out: Item[] = [];
  const [x, y] = [30, 33];
  for (const k of [-3, -1, 1, 3]) {
    out.push(chipItem("C", "0402", [x - 8.2, y + k * 1.3], 90, random));
    out.push(chipItem(k > 0 ? "C" : "R", "0402", [x + 8.2, y + k * 1.3], 90, random));
    out.push(chipItem("C", "0402", [x + k * 1.4, y + 8.2], 0, random));
    out.push(chipItem("R", "0402", [x + k * 1.4, y - 8.2], 0, random));
  }
  for (const k of [-2, 0, 2]) {
    out.push(chipItem("C", "0402", [51 + k * 1.1, 41.6], 0, random));
    out.push(chipItem("C", "0402", [45.7, 36 + k * 0.75], 0, random));
    out.push(chipItem("R", "0402", [51 + k * 1.1, 30.4], 0, random));
    out.push(chipItem("C", "0603", [45.2, 22.5 + k * 1.5], 90, random));
    out.push(chipItem("C", "0402", [57, 22.5 + k * 1.2], 90, random));
  }
  return out;
}

/** Banks of chips in the areas that the large parts leave free. */
function groups(random: Random): Item[] {
  const areas = [
    [8.2, 8.8, 26.5, 14.8],
    [27.5, 8.8, 44, 13],
    [17, 45.8, 37.5, 50],
    [7, 16, 20.5, 25.6],
    [34.6, 15, 44, 21],
    [7.2, 34.5, 12.8, 47],
    [66.5, 46.6, 69.2, 48.2],
    [45.5, 44.6, 53.6, 48.6],
    [7.2, 26.5, 12, 34],
    [60, 9, 62.5, 16],
  ] as const;
  return areas.flatMap((area) => {
    const next = (room: Point): Block | undefined => {
      const makers = random.shuffle([
        () => bank("0603", 3 + random.int(3), 1, ["R", "C"], true, random),
        () => bank("0402", 5, 2, ["R", "C"], true, random),
        () => bank("0603", 1, 2, ["LED", "R"], false, random),
        () => bank("0805", 2, 1, ["C"], true, random),
        () => bank("1206", 1, 1, ["C", "R"], false, random),
      ]);
      return makers.map((make) => make()).find((b) => b.width <= room[0] && b.height <= room[1]);
    };
    return pack(area, next, 0.7, random);
  });
}
