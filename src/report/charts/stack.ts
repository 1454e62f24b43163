import { linearScale } from "./scale.js";

export type StackLayout = Readonly<{
  width: number;
  height: number;
  rows: readonly Readonly<{
    name: string;
    y: number;
    height: number;
    total: number;
    end: number;
    parts: readonly Readonly<{ key: string; x: number; width: number; value: number }>[];
  }>[];
}>;

/**
 * Horizontal stacked bars, one row each, all on one scale; parts follow the order of `keys`, so the same part has
 * the same place in every row. Parts of zero are left out.
 */
export function layoutStack(o: {
  rows: readonly Readonly<{ name: string; values: Readonly<Record<string, number>> }>[];
  keys: readonly string[];
  width: number;
  rowHeight?: number;
  /** Room for the row names on the left and the totals on the right. */
  left?: number;
  right?: number;
}): StackLayout {
  const left = o.left ?? 78;
  const pitch = o.rowHeight ?? 30;
  const totals = o.rows.map((r) => o.keys.reduce((sum, k) => sum + (r.values[k] ?? 0), 0));
  const x = linearScale([0, Math.max(1e-9, ...totals)], [left, o.width - (o.right ?? 52)]);
  return {
    width: o.width,
    height: o.rows.length * pitch + 4,
    rows: o.rows.map((row, i) => {
      let sum = 0;
      const parts = o.keys.flatMap((key) => {
        const value = row.values[key] ?? 0;
        if (value <= 0) return [];
        const part = { key, x: x(sum), width: x(sum + value) - x(sum), value };
        sum += value;
        return [part];
      });
      return {
        name: row.name,
        y: i * pitch + 5,
        height: pitch - 10,
        total: totals[i] as number,
        end: x(sum),
        parts,
      };
    }),
  };
}
