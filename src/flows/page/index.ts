export { chooseSamples } from "./choose.js";
export { PREVIEW, writePage } from "./write.js";
export { refusalText } from "./words.js";
