import { usage } from "./usage.js";

/**
 * Whether a camera yaw lays the image's horizontal axis along world Y. Only multiples of 90° tile an axis-aligned
 * board (tolerance 1e-6°); throws `yaw_not_cardinal` for others. Contract 1.2.
 */
export function yawSwapsAxes(yawDeg: number): boolean {
  const quarters = yawDeg / 90;
  const whole = Math.round(quarters);
  if (!Number.isFinite(yawDeg) || Math.abs(quarters - whole) * 90 > 1e-6)
    throw usage(
      "yaw_not_cardinal",
      `the camera yaw ${yawDeg}° is not a multiple of 90°: a scan grid for turned frames is not implemented`,
      "Set camera_rotation.z_fixed to 0, 90, 180 or -90, or place single frames with camera_position.",
      "camera_rotation.z_fixed",
    );
  return whole % 2 !== 0;
}
