/** Faces with any number of corners, as a mesh prim or an implicit shape gives them. */
export type Polygons = Readonly<{
  /** 3 per point. */
  points: ArrayLike<number>;
  counts: ArrayLike<number>;
  /** Point of each corner, face after face. */
  indices: ArrayLike<number>;
  /** Faces that are holes. */
  holes: ReadonlySet<number>;
  leftHanded: boolean;
  /** Value of each corner: 3 numbers, or 2. */
  normals?: PerCorner;
  uvs?: PerCorner;
}>;

/** Data addressed by corner: element `of(corner, point, face)` of `values`. */
export type PerCorner = Readonly<{
  values: ArrayLike<number>;
  of: (corner: number, point: number, face: number) => number;
}>;

/** How primvar elements are addressed. */
export type Interpolation = "constant" | "uniform" | "vertex" | "varying" | "faceVarying";

/** Element index by interpolation, through an index array where there is one. */
export function addressing(interpolation: string, indices: ArrayLike<number> | undefined): PerCorner["of"] {
  const through = (element: number): number => (indices ? (indices[element] ?? -1) : element);
  switch (interpolation) {
    case "faceVarying":
      return (corner) => through(corner);
    case "uniform":
      return (_corner, _point, face) => through(face);
    case "constant":
      return () => through(0);
    default:
      return (_corner, point) => through(point);
  }
}
