/** A heap of indices, the one with the largest key on top. */
export function push(heap: number[], key: ArrayLike<number>, ref: number): void {
  let i = heap.push(ref) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (key[heap[parent]!]! >= key[ref]!) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = ref;
}

/** Takes the top; the heap must not be empty. */
export function pop(heap: number[], key: ArrayLike<number>): number {
  const first = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return first;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && key[heap[child + 1]!]! > key[heap[child]!]!) child++;
    if (key[heap[child]!]! <= key[last]!) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
  return first;
}
