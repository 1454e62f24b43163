import fc from "fast-check";

// The same inputs on every run: a red build can be repeated. Search wider with `FC_SEED=<n> npm test`.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20260) });
