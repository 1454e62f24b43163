/** Validation numbers under the names of the TAO trainer; `val_loss` chooses the best checkpoint. */
export type ValidationMetrics = Readonly<{ val_loss: number; val_acc: number; val_fpr: number }>;

/**
 * Class-weighted cross entropy over all rows, Σ w·loss ÷ Σ w, and accuracy and false alarms (share of all rows, as
 * TAO counts them, contract 10.6) at probability 0.5.
 */
export function validationMetrics(
  logits: ArrayLike<number>,
  labels: ArrayLike<0 | 1>,
  clsWeight: readonly [number, number],
): ValidationMetrics {
  let [loss, weight, right, falseAlarms] = [0, 0, 0, 0];
  for (let i = 0; i < logits.length; i++) {
    const [x, y] = [logits[i], labels[i]];
    const w = clsWeight[y];
    loss += w * (Math.max(x, 0) - y * x + Math.log1p(Math.exp(-Math.abs(x))));
    weight += w;
    if (x > 0 === (y === 1)) right++;
    else if (x > 0) falseAlarms++;
  }
  const n = Math.max(1, logits.length);
  return { val_loss: loss / Math.max(1e-12, weight), val_acc: right / n, val_fpr: (100 * falseAlarms) / n };
}
