/**
 * How the scene lies in the tracer's memory, for both sides: this file is compiled by TypeScript for the host and by
 * AssemblyScript for the tracer. Plain integer constants only. Names end in the unit; offsets are in bytes.
 *
 * Trees are four wide. A reference ≥ 0 names a node of the same tree, a negative one is the leaf `~reference`
 * (a packet of four triangles, an entry of the top tree or a light).
 */

// ---- tree node: lower and upper bounds of four children per axis (6 × 4 × f32), then their references (4 × i32)
export const NODE_BYTES = 128;
export const NODE_REFS = 96;

// ---- packet: x, y, z of corner 0, 1, 2 of four triangles, 9 × 4 × f32. Empty lanes are all zero.
export const PACKET_BYTES = 144;
/** Corner normals of a packet, if the mesh has them: 4 triangles × 9 × f32. */
export const PACKET_NORMAL_BYTES = 144;
/** Corner texture coordinates of a packet: 4 triangles × 6 × f32. */
export const PACKET_UV_BYTES = 96;

// ---- instance: one visible part. What every ray needs fills the first cache line.
export const INSTANCE_BYTES = 320;
/** World to mesh as 4 rows of 3 (row vectors), f32, world relative to the origin. */
export const INSTANCE_TO_MESH = 0;
export const INSTANCE_NODES = 48;
export const INSTANCE_PACKETS = 52;
/** 1: light can pass (opacity below one). */
export const INSTANCE_SEE_THROUGH = 56;
/** Mesh to world, likewise. */
export const INSTANCE_TO_WORLD = 64;
/** 0: none. */
export const INSTANCE_NORMALS = 112;
export const INSTANCE_UVS = 116;
export const INSTANCE_MATERIAL = 120;
/** Part index + 1. */
export const INSTANCE_ID = 124;
/** Mesh to world in f64, absolute: what the id pass uses. */
export const INSTANCE_EXACT = 128;
/** Distance by which rays start off the surface, f32 world units. */
export const INSTANCE_OFFSET = 224;
/** Largest coordinate of the mesh, f32. */
export const INSTANCE_REACH = 228;

// ---- entry: what a leaf of the top tree names, an instance (its address) and where in its mesh's tree to begin
export const ENTRY_BYTES = 8;
export const ENTRY_INSTANCE = 0;
export const ENTRY_ROOT = 4;

// ---- material
export const MATERIAL_BYTES = 256;
export const MATERIAL_COLOR = 0;
export const MATERIAL_METALLIC = 12;
export const MATERIAL_ROUGHNESS = 16;
export const MATERIAL_SPECULAR = 20;
export const MATERIAL_CLEARCOAT = 24;
export const MATERIAL_OPACITY = 28;
export const MATERIAL_EMISSIVE = 32;
/** Bumps: slope, 1 / cell (f32), octaves, seed (i32). */
export const MATERIAL_BUMP_SLOPE = 44;
export const MATERIAL_BUMP_FREQUENCY = 48;
export const MATERIAL_BUMP_OCTAVES = 52;
export const MATERIAL_BUMP_SEED = 56;
/** 1: at least one input has a texture. */
export const MATERIAL_TEXTURED = 60;
/** Five texture inputs: colour, metallic, roughness, normal, opacity. */
export const MATERIAL_INPUTS = 64;
export const INPUT_BYTES = 16;
export const INPUT_COLOR = 0;
export const INPUT_METALLIC = 1;
export const INPUT_ROUGHNESS = 2;
export const INPUT_NORMAL = 3;
export const INPUT_OPACITY = 4;
/** Texture index or −1, channel (0–3, 4: all), scale, bias. */
export const INPUT_TEXTURE = 0;
export const INPUT_CHANNEL = 4;
export const INPUT_SCALE = 8;
export const INPUT_BIAS = 12;

// ---- texture: header only; the pixels (RGBA, 8 bit, top row first) lie elsewhere
export const TEXTURE_BYTES = 32;
export const TEXTURE_PIXELS = 0;
export const TEXTURE_WIDTH = 4;
export const TEXTURE_HEIGHT = 8;
/** 0 repeat, 1 clamp, 2 mirror, 3 black. */
export const TEXTURE_WRAP = 12;
/** 1: colour channels are sRGB-encoded. */
export const TEXTURE_SRGB = 16;

// ---- light
export const LIGHT_BYTES = 160;
export const LIGHT_KIND = 0;
export const LIGHT_DOME = 0;
export const LIGHT_DISTANT = 1;
export const LIGHT_DISK = 2;
export const LIGHT_RECT = 3;
export const LIGHT_SPHERE = 4;
export const LIGHT_CYLINDER = 5;
/** Emitted radiance on the axis, 3 × f32. */
export const LIGHT_RADIANCE = 4;
/** Centre relative to the origin, 3 × f32. */
export const LIGHT_CENTRE = 16;
/** Half edges of a disk or rect as vectors; unit axes otherwise. 3 × f32 each. */
export const LIGHT_AXIS_U = 28;
export const LIGHT_AXIS_V = 40;
/** Unit vector along which the light shines; the axis of a cylinder. */
export const LIGHT_AXIS_W = 52;
/** 1 / |U|², 1 / |V|² of flat lights (their half edges are at right angles or the inverse is taken in the plane). */
export const LIGHT_DUAL_U = 64;
export const LIGHT_DUAL_V = 76;
/** Area of a flat light or cylinder; solid angle of a distant light. */
export const LIGHT_SIZE = 88;
/** Radius of a sphere or cylinder; 1 − cos of the half angle of a distant light. */
export const LIGHT_RADIUS = 92;
export const LIGHT_HALF_LENGTH = 96;
/** Cone in radians: full strength up to the first angle, none beyond the second. */
export const LIGHT_CONE_START = 100;
export const LIGHT_CONE_END = 104;
/** Probability that light sampling picks it. */
export const LIGHT_CHANCE = 108;
/** Dome: texture index or −1 and where its distribution lies. */
export const LIGHT_TEXTURE = 112;
export const LIGHT_TABLE = 116;
export const LIGHT_TABLE_WIDTH = 120;
export const LIGHT_TABLE_HEIGHT = 124;
/** 1: the cone dims the light. */
export const LIGHT_SHAPED = 128;

// ---- head: one block per renderer, rewritten before each frame
export const HEAD_BYTES = 512;
export const HEAD_TOP_NODES = 0;
export const HEAD_TOP_ROOT = 4;
export const HEAD_ENTRIES = 8;
export const HEAD_ENTRY_COUNT = 12;
export const HEAD_MATERIALS = 16;
export const HEAD_TEXTURES = 20;
export const HEAD_LIGHTS = 24;
/** Lights that can be picked by light sampling come first in the list. */
export const HEAD_PICKED_LIGHTS = 28;
export const HEAD_LIGHT_CDF = 32;
export const HEAD_LIGHT_NODES = 36;
export const HEAD_LIGHT_ROOT = 40;
/** Number of lights with a place (in the light tree); 0: no tree. */
export const HEAD_PLACED_LIGHTS = 44;
/** Lights without a place: distant and dome, contiguous. */
export const HEAD_FAR_FIRST = 48;
export const HEAD_FAR_COUNT = 52;
export const HEAD_ALBEDO_TABLE = 56;
export const HEAD_SRGB_TABLE = 60;
export const HEAD_SOBOL = 64;
/** 1: some material emits. */
export const HEAD_EMISSION = 68;
export const HEAD_WIDTH = 72;
export const HEAD_HEIGHT = 76;
export const HEAD_SAMPLES = 80;
export const HEAD_BOUNCES = 84;
export const HEAD_SEED = 88;
/** 1: perspective. */
export const HEAD_PERSPECTIVE = 92;
/** Output planes. */
export const HEAD_RGB = 96;
export const HEAD_IDS = 100;
export const HEAD_ALBEDO = 104;
export const HEAD_NORMAL = 108;
export const HEAD_DEPTH = 112;
/** Mean of the first half of the samples. */
export const HEAD_HALF = 116;
/** Visible world box relative to the origin, 6 × f32. */
export const HEAD_BOX = 120;
/** Camera in f64: position, right, up, forward (absolute), then window and lens. */
export const HEAD_POSITION = 144;
export const HEAD_RIGHT = 168;
export const HEAD_UP = 192;
export const HEAD_FORWARD = 216;
export const HEAD_WINDOW_WIDTH = 240;
export const HEAD_WINDOW_HEIGHT = 248;
export const HEAD_FOCAL = 256;
export const HEAD_LENS = 264;
export const HEAD_FOCUS = 272;
/** Surfaces closer than this are one surface to the id pass. */
export const HEAD_TIE = 280;
/** The origin to which the f32 world is relative. */
export const HEAD_ORIGIN = 288;
/** Roughness below which surfaces seen by diffuse bounces are not sharpened (path regularisation), f32. */
export const HEAD_BLUNT = 312;
/** Counter of the next tile and the abort flag (i32), shared by all workers. */
export const HEAD_NEXT_TILE = 320;
export const HEAD_ABORT = 324;
/** 0: trace, 1: denoise. */
export const HEAD_PHASE = 328;
/** The denoised picture. */
export const HEAD_CLEAN = 332;

// ---- tables and scratch
/** Directional albedo of GGX: edge length over cosine and roughness, two f32 (scale, bias) per cell. */
export const ALBEDO_EDGE = 32;
/** Per worker: traversal stacks, then the denoiser's planes. */
export const STACK_BYTES = 65536;
export const SCRATCH_BYTES = 524288;
/** The tracer's own data lies below. */
export const FIRST_FREE = 65536;
/** Edge of a tile in pixels. */
export const TILE = 32;
/** Edge of a tile of the denoiser: larger, since it reads the tile's surroundings as well. */
export const DENOISE_TILE = 64;
