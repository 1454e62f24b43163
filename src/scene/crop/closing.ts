import { closeBy, ellipseElement, type Mask } from "../../vision/index.js";

/** Half widths of the rows of the element that closes labelled pixels, from the top (contract 4.6). */
export function ellipseRows(radius: number): readonly number[] {
  return ellipseElement(2 * radius + 1).map(({ to }) => to);
}

/** Morphological closing with the elliptical element; what lies outside the image neither grows nor shrinks it. */
export function closeEllipse(mask: Mask, radius: number): Mask {
  return radius <= 0 ? mask : closeBy(mask, ellipseElement(2 * radius + 1));
}
