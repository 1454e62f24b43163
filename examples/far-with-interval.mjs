// How good is a model, and how sure can one be? The metric folder as a library.
// run: node examples/far-with-interval.mjs
import { clopperPearson, defectsNeeded, operatingPoint, parseClaim, sweep } from "reflow-aoi/metric";

// Scores of twelve crops, higher = more different from the golden; 1 = NG.
const scores = [0.1, 0.9, 0.4, 0.2, 0.8, 0.7, 0.45, 0.6, 0.95, 0.05, 0.41, 0.99];
const ng = [0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1];

const point = operatingPoint(sweep(scores, ng), 1);
const good = point.fp + point.tn;
const far = clopperPearson(point.fp, good, 0.95);
console.log(`threshold ${point.threshold}: every defect is caught`);
console.log(`FAR ${(100 * point.far).toFixed(1)} % (${point.fp} of ${good} good parts)`);
console.log(`95 % interval ${(100 * far.low).toFixed(1)} … ${(100 * far.high).toFixed(1)} %`);

const claim = parseClaim("escape<=1%@95%");
console.log(`to claim at most 1 % escapes, ${defectsNeeded(claim)} defects without an escape are needed`);
