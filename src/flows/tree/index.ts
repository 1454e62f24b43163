export { type TreeCheck, validateTree } from "./validate.js";
