import { ReflowError } from "../kit/errors.js";
import { inverseIncompleteBeta } from "./beta.js";

/** An exact interval for a rate, in 0…1. */
export type Interval = Readonly<{ low: number; high: number }>;

/** A measured rate `k / n` with its exact two-sided interval: `rate` is NaN when n = 0. */
export type Rate = Readonly<{
  k: number;
  n: number;
  rate: number;
  low: number;
  high: number;
  confidence: number;
}>;

/**
 * The exact (Clopper–Pearson) **two-sided** interval for k events among n, e.g. confidence 0.95: each tail keeps at
 * most 2.5 %. With n = 0 nothing is known: 0…1. Throws `interval_arguments`.
 */
export function clopperPearson(k: number, n: number, confidence = 0.95): Interval {
  const tail = (1 - check(k, n, confidence)) / 2;
  return { low: lower(k, n, tail), high: upper(k, n, tail) };
}

/**
 * The exact **one-sided** upper bound: with the given confidence the true rate is below it. 0 of 37 at 95 % gives
 * 7.8 %. Claims use this one: only "too many escapes" counts against a claim.
 */
export function upperBound(k: number, n: number, confidence = 0.95): number {
  return upper(k, n, 1 - check(k, n, confidence));
}

/** The exact **one-sided** lower bound. */
export function lowerBound(k: number, n: number, confidence = 0.95): number {
  return lower(k, n, 1 - check(k, n, confidence));
}

export function rateOf(k: number, n: number, confidence = 0.95): Rate {
  return { k, n, rate: n === 0 ? Number.NaN : k / n, ...clopperPearson(k, n, confidence), confidence };
}

function upper(k: number, n: number, tail: number): number {
  if (k === n) return 1;
  if (k === 0) return -Math.expm1(Math.log(tail) / n);
  return inverseIncompleteBeta(1 - tail, k + 1, n - k);
}

function lower(k: number, n: number, tail: number): number {
  if (k === 0) return 0;
  if (k === n) return Math.exp(Math.log(tail) / n);
  return inverseIncompleteBeta(tail, k, n - k + 1);
}

function check(k: number, n: number, confidence: number): number {
  const fine = Number.isInteger(k) && Number.isInteger(n) && k >= 0 && k <= n;
  if (!fine || !(confidence > 0 && confidence < 1))
    throw new ReflowError(
      "usage",
      "interval_arguments",
      `no interval for ${k} of ${n} at confidence ${confidence}`,
      "Counts are whole numbers with 0 <= k <= n; the confidence lies between 0 and 1.",
    );
  return confidence;
}
