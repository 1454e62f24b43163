import type { ListOp } from "./values.js";

/**
 * The list after an edit: `explicit` replaces it; otherwise delete, add, prepend, append and reorder work on it in
 * this order. Items are the same when their keys are.
 */
export function applyListOp<T>(
  list: readonly T[],
  op: ListOp<T>,
  key: (item: T) => unknown = (item) => item,
): readonly T[] {
  if (op.explicit) return unique(op.explicit, key);
  let out = list;
  if (op.deleted) out = without(out, op.deleted, key);
  if (op.added) {
    const there = new Set(out.map(key));
    out = [...out, ...unique(op.added, key).filter((item) => !there.has(key(item)))];
  }
  if (op.prepended) out = [...unique(op.prepended, key), ...without(out, op.prepended, key)];
  if (op.appended)
    out = [...without(out, op.appended, key), ...unique([...op.appended].reverse(), key).toReversed()];
  if (op.ordered) out = reordered(out, op.ordered, key);
  return out;
}

function unique<T>(items: readonly T[], key: (item: T) => unknown): readonly T[] {
  const seen = new Set<unknown>();
  return items.filter((item) => !seen.has(key(item)) && seen.add(key(item)));
}

function without<T>(items: readonly T[], gone: readonly T[], key: (item: T) => unknown): readonly T[] {
  const keys = new Set(gone.map(key));
  return items.filter((item) => !keys.has(key(item)));
}

/**
 * The items that `order` names take its order; every other item stays behind the named one that it followed. Items
 * before the first named one stay in front.
 */
export function reordered<T>(
  items: readonly T[],
  order: readonly T[],
  key: (item: T) => unknown = (item) => item,
): readonly T[] {
  const named = new Set(order.map(key));
  const head: T[] = [];
  const runs = new Map<unknown, T[]>();
  let run = head;
  for (const item of items) {
    const k = key(item);
    if (named.has(k)) {
      run = [];
      runs.set(k, run);
    }
    run.push(item);
  }
  return [...head, ...unique(order, key).flatMap((item) => runs.get(key(item)) ?? [])];
}
