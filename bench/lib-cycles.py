# Renders the bench's scene with Blender Cycles: blender -b -P lib-cycles.py -- <job.json>
# The job names meshes, parts, materials, disk and dome lights, an orthographic view and the runs to make. Each run
# writes linear rgb (float32, top row first) and its CPU and wall seconds without the scene's loading.
import json, os, sys, time
import bpy
import numpy as np
from mathutils import Matrix

job = json.load(open(sys.argv[sys.argv.index("--") + 1]))
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene


def material(spec):
    made = bpy.data.materials.new(spec["name"])
    made.use_nodes = True
    node = made.node_tree.nodes["Principled BSDF"]
    node.inputs["Base Color"].default_value = (*spec["color"], 1)
    node.inputs["Metallic"].default_value = spec["metallic"]
    node.inputs["Roughness"].default_value = spec["roughness"]
    node.inputs["Specular"].default_value = spec["specular"]
    node.inputs["Clearcoat"].default_value = spec["clearcoat"]
    node.inputs["Clearcoat Roughness"].default_value = 0.05
    node.inputs["Emission"].default_value = (*spec["emissive"], 1)
    return made


materials = [material(m) for m in job["materials"]]
meshes = {}


def mesh_of(index, look):
    # A mesh carries its material: one copy for each pair.
    if (index, look) not in meshes:
        data = job["meshes"][index]
        points = np.array(data["points"]).reshape(-1, 3)
        faces = np.array(data["triangles"]).reshape(-1, 3)
        mesh = bpy.data.meshes.new(f"m{index}_{look}")
        mesh.from_pydata(points.tolist(), [], faces.tolist())
        mesh.materials.append(materials[look])
        if "normals" in data:
            mesh.use_auto_smooth = True
            mesh.normals_split_custom_set(np.array(data["normals"]).reshape(-1, 3).tolist())
        meshes[index, look] = mesh
    return meshes[index, look]


def place(obj, world):
    obj.matrix_world = Matrix([world[i * 4 : i * 4 + 4] for i in range(4)]).transposed()
    scene.collection.objects.link(obj)


for part in job["parts"]:
    place(bpy.data.objects.new("part", mesh_of(part["mesh"], part["material"])), part["world"])

dome = 0
for light in job["lights"]:
    if light["kind"] == "dome":
        dome += light["intensity"]
        continue
    lamp = bpy.data.lights.new("light", "AREA")
    lamp.shape = "DISK"
    lamp.size = 2 * light["radius"]
    # Cycles takes a lamp's power; measured on a white floor, its radiance is a quarter of power per area.
    lamp.energy = 4 * light["intensity"] * np.pi * light["radius"] ** 2
    lamp.cycles.cast_shadow = True
    place(bpy.data.objects.new("light", lamp), light["world"])

world = bpy.data.worlds.new("w")
world.use_nodes = True
world.node_tree.nodes["Background"].inputs[0].default_value = (1, 1, 1, 1)
world.node_tree.nodes["Background"].inputs[1].default_value = dome
scene.world = world

view = job["view"]
camera = bpy.data.cameras.new("camera")
camera.type = "ORTHO"
camera.ortho_scale = view["width"]
camera.clip_end = 1000
holder = bpy.data.objects.new("camera", camera)
holder.location = view["position"]
scene.collection.objects.link(holder)
scene.camera = holder

scene.render.engine = "CYCLES"
scene.render.resolution_x = scene.render.resolution_y = job["pixels"]
scene.render.film_transparent = True
scene.render.threads_mode = "FIXED"
scene.render.threads = job["threads"]
scene.render.use_persistent_data = True
scene.render.image_settings.file_format = "OPEN_EXR"
scene.render.image_settings.color_depth = "32"
scene.render.image_settings.color_mode = "RGBA"
scene.view_settings.view_transform = "Standard"
cycles = scene.cycles
cycles.device = "CPU"
cycles.use_adaptive_sampling = False
cycles.use_denoising = False
cycles.pixel_filter_type = "BOX"
cycles.max_bounces = cycles.diffuse_bounces = cycles.glossy_bounces = job["bounces"] + 1
cycles.sample_clamp_indirect = 0

# First a warm-up: it loads the scene and builds its tree.
results = []
for run in [{"samples": 1, "seed": 0, "file": None}, *job["runs"]]:
    cycles.samples = run["samples"]
    cycles.seed = run["seed"]
    scene.render.filepath = (run["file"] or job["scratch"]) + ".exr"
    wall, cpu = time.perf_counter(), sum(os.times()[:2])
    bpy.ops.render.render(write_still=True)
    result = {"samples": run["samples"], "wall": time.perf_counter() - wall, "cpu": sum(os.times()[:2]) - cpu}
    if run["file"]:
        image = bpy.data.images.load(scene.render.filepath)
        image.colorspace_settings.name = "Non-Color"
        pixels = np.empty(job["pixels"] ** 2 * 4, np.float32)
        image.pixels.foreach_get(pixels)
        pixels.reshape(job["pixels"], job["pixels"], 4)[::-1, :, :3].tofile(run["file"])
        bpy.data.images.remove(image)
    results.append(result)
json.dump({"version": bpy.app.version_string, "runs": results}, open(job["result"], "w"))
