/**
 * The value that would stand at `rank` (counted from 0) of the first `count` values were they sorted, undefined where
 * there is none. The values are reordered. A sort orders what nobody asks for and costs ten times as much (Hoare's FIND).
 */
export function ranked(list: Float32Array, count: number, rank: number): number | undefined {
  if (!(rank >= 0 && rank < count)) return undefined;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = list[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (list[i] < pivot) i++;
      while (list[j] > pivot) j--;
      if (i > j) break;
      const swap = list[i];
      list[i++] = list[j];
      list[j--] = swap;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return list[rank];
}
