/** From linear radiance to the picture a camera gives: pure functions, every step optional. */
export { mosaiced } from "./mosaic.js";
export { noisy } from "./noise.js";
export { blurred, vignetted } from "./optics.js";
export { asPixels, asPng, photograph, type Sensor, throughJpeg } from "./photograph.js";
export { encodeSrgb, exposed, toBytes } from "./tone.js";
