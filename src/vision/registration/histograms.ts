/**
 * Joint histograms of places of the moving picture and a grid of the photo's bins, for `side` neighbouring shifts at
 * once: shift `k` has its histogram at `k · cells`. The shifts are the inner loop, so that a place is looked up once for
 * all of them, the grid is read in order, and no two counts in a row go to one cell. At most 65,535 places.
 *
 * @param row of each place, where its bin's row of a histogram begins
 * @param base of each place, where it lies in the grid for the first shift, less `start`
 */
export function countShifts(
  joint: Uint16Array,
  cells: number,
  side: number,
  count: number,
  row: Int32Array,
  base: Int32Array,
  grid: Uint8Array,
  start: number,
): void {
  joint.fill(0);
  for (let i = 0; i < count; i++) {
    const from = base[i] + start;
    const end = from + side;
    let o = row[i];
    for (let at = from; at < end; at++) {
      joint[o + grid[at]]++;
      o += cells;
    }
  }
}

/** Sums of the margins of one histogram, used again for each. */
export type Margins = Readonly<{ rows: Int32Array; columns: Int32Array }>;

export function margins(bins: number, columns: number): Margins {
  return { rows: new Int32Array(bins), columns: new Int32Array(columns) };
}

/**
 * Mutual information times the number of counts, nats, of the histogram at `from`, whose rows are followed by one column
 * that is left out (what lies outside the photo); −1 with fewer than `least` counts. `inside` gets the counts.
 */
export function informationOf(
  joint: Uint16Array,
  from: number,
  { rows, columns }: Margins,
  logs: Float64Array,
  least: number,
  inside: Int32Array,
): number {
  const bins = rows.length;
  const wide = columns.length;
  columns.fill(0);
  let sum = 0;
  let n = 0;
  for (let a = 0, i = from; a < bins; a++, i++) {
    let row = 0;
    for (let b = 0; b < wide; b++, i++) {
      // Zeros are not left out: a branch that nobody can foresee costs more.
      const k = joint[i];
      row += k;
      columns[b] += k;
      sum += logs[k];
    }
    rows[a] = row;
    n += row;
  }
  inside[0] = n;
  if (n < least) return -1;
  for (let a = 0; a < bins; a++) sum -= logs[rows[a]];
  for (let b = 0; b < wide; b++) sum -= logs[columns[b]];
  return sum + logs[n];
}

/** k ln k for k up to `count`: whole counts make the logarithms a table. */
export function logTable(count: number): Float64Array {
  const logs = new Float64Array(count + 1);
  for (let k = 2; k <= count; k++) logs[k] = k * Math.log(k);
  return logs;
}
