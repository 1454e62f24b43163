export { chooseSamples } from "./choose.js";
export { refusalText } from "./words.js";
export { PREVIEW, writePage } from "./write.js";
