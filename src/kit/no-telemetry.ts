// ONNX Runtime 1.29 and later send usage events to their maker unless told not to before they are loaded. Reflow
// runs in plants that are cut off on purpose, so the switch is thrown for every process of ours. Imported for its
// effect by everything that loads the runtime; it must run in the main thread, because only there does
// `process.env` reach native code.
process.env.ORT_DISABLE_TELEMETRY = "1";
