import type { Point } from "../board/board.js";
import { type Affine, IDENTITY } from "../planar/index.js";
import type { NumberFormat } from "./coordinates.js";
import type { Aperture, GerberObject } from "./image.js";
import type { Macro } from "./macro.js";

/** What a Gerber reader remembers between two commands. */
export type State = {
  unit: number | undefined;
  format: NumberFormat | undefined;
  absolute: boolean;
  mode: "line" | "clockwise" | "counterclockwise";
  singleQuadrant: boolean;
  at: Point;
  /** The last operation, repeated by coordinates without a D code (old files). */
  operation: 1 | 2 | 3;
  aperture: Aperture | undefined;
  dark: boolean;
  /** Mirroring, turning and scaling of apertures (`LM`, `LR`, `LS`). */
  mirror: Affine;
  turn: Affine;
  scale: Affine;
  /** Open region: finished rings and the one being drawn. */
  region: { rings: Point[][]; ring: Point[] } | undefined;
  /** The line being drawn with the current aperture. */
  line: Point[];
  apertures: Map<number, Aperture>;
  macros: Map<string, Macro>;
  /** Object attributes `TO`, aperture attributes `TA`, file attributes `TF`. */
  objectMarks: Map<string, string>;
  apertureMarks: Map<string, string>;
  fileMarks: Map<string, string>;
  name: string;
  /** Where objects go: the file, an open block (`AB`), an open step-and-repeat (`SR`). */
  targets: Target[];
  finished: boolean;
};

export type Target = {
  objects: GerberObject[];
  /** Objects drawn, those of blocks counted as often as they are flashed. */
  weight: number;
  block?: number;
  repeat?: Readonly<{ x: number; y: number; dx: number; dy: number }>;
};

export function initialState(): State {
  return {
    unit: undefined,
    format: undefined,
    absolute: true,
    mode: "line",
    singleQuadrant: false,
    at: [0, 0],
    operation: 2,
    aperture: undefined,
    dark: true,
    mirror: IDENTITY,
    turn: IDENTITY,
    scale: IDENTITY,
    region: undefined,
    line: [],
    apertures: new Map(),
    macros: new Map(),
    objectMarks: new Map(),
    apertureMarks: new Map(),
    fileMarks: new Map(),
    name: "",
    targets: [{ objects: [], weight: 0 }],
    finished: false,
  };
}
