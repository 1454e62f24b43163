import type { BankItem } from "../bank/specimen.js";

/**
 * The items of one type so that every beginning of the list is a fair choice: the most usual one first, then always the
 * one that is least like those before it, by size, slimness, contrast and surroundings.
 */
export function spreadOut(items: readonly BankItem[]): BankItem[] {
  const left = [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
  if (left.length <= 2) return left;
  const place = new Map(left.map((item) => [item, traits(item)]));
  const apart = (a: BankItem, b: BankItem): number => {
    const [p, q] = [place.get(a)!, place.get(b)!];
    return Math.hypot(...p.map((v, i) => v - q[i]!));
  };
  const total = (a: BankItem): number => left.reduce((sum, b) => sum + apart(a, b), 0);
  const first = left.reduce((best, item) => (total(item) < total(best) ? item : best));
  const order = [first];
  const gap = new Map(left.map((item) => [item, apart(item, first)]));
  gap.delete(first);
  while (gap.size > 0) {
    const next = [...gap].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
    order.push(next);
    gap.delete(next);
    for (const [item, old] of gap) gap.set(item, Math.min(old, apart(item, next)));
  }
  return order;
}

function traits(item: BankItem): number[] {
  const r = item.relation;
  const mean = (v: readonly number[] | undefined): number =>
    v && v.length > 0 ? v.reduce((a, b) => a + b, 0) / v.length : 128;
  return [
    Math.log(Math.max(1, item.area)),
    2 * Math.log(Math.max(1, item.long) / Math.max(1, item.across)),
    2 * Math.log(Math.max(0.05, mean(r?.gain ?? [1]))),
    mean(r?.around) / 64,
    Math.cos(2 * item.angle),
    Math.sin(2 * item.angle),
  ];
}
