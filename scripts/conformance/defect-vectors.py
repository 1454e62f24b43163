"""Writes src/scene/poses/defect-vectors.json: which components get which defect, and how they are turned.

Runs the reference implementation of contract 3.2 and 3.3 (its `defect_ops` module) on a pretended stage.

python3 scripts/conformance/defect-vectors.py <folder of defect_ops.py> > src/scene/poses/defect-vectors.json
"""

import json
import sys
import types

import numpy

BOXES = {}
MATRICES = {}


class Prim:
    def __init__(self, path):
        self.path, self.labelled = path, False

    def IsValid(self):
        return True

    def HasAttribute(self, _):
        return self.labelled

    def GetAttribute(self, _):
        return types.SimpleNamespace(Get=lambda: MATRICES[self.path])


class Cache:
    def __init__(self, *_):
        pass

    def ComputeLocalBound(self, prim):
        low, high = BOXES[prim.path]
        span = types.SimpleNamespace(GetMin=lambda: low, GetMax=lambda: high)
        return types.SimpleNamespace(GetRange=lambda: span)


def pretend():
    def module(name, **values):
        made = types.ModuleType(name)
        for key, value in values.items():
            setattr(made, key, value)
        sys.modules[name] = made
        return made

    stage = types.SimpleNamespace(GetPrimAtPath=Prim)
    context = types.SimpleNamespace(get_stage=lambda: stage)
    tokens = {name: name for name in ("TRANSFORM", "TRANSLATE", "ROTATE_X", "ROTATE_Z", "PIVOT_TIMES_MINUS_HALF_EXTENT")}
    modify = dict(
        TagCache=types.SimpleNamespace(_cache={}, _path_order_cache={}),
        TransformToken=types.SimpleNamespace(**tokens),
        pose_ops=lambda *_: None,
        semantics=lambda *_, **__: None,
    )
    usd = module("omni.usd", get_context=lambda: context)
    module("omni", usd=usd)
    for name in ("replicator", "replicator.core", "replicator.core.scripts", "replicator.core.scripts.functional"):
        module(f"omni.{name}")
    module("omni.replicator.core.scripts.functional.modify", **modify)
    module("omni.replicator.core.functional", modify=types.SimpleNamespace(**modify))
    module("pxr", UsdGeom=types.SimpleNamespace(BBoxCache=Cache, Tokens=types.SimpleNamespace(default_="default")))


def vector(seed, count, defects):
    rng = numpy.random.RandomState(count)
    families = ["_0402", "_0603", "_SOT23"]
    pool = []
    for i in range(count):
        family = families[i % 3]
        path = f"/World/board/{family}/tn_{family}_{i}_"
        half = rng.uniform(0.2, 2, 3)
        centre = rng.uniform(-1, 1, 3)
        BOXES[path] = ((centre - half).tolist(), (centre + half).tolist())
        angle = rng.uniform(0, 6.28)
        c, s = float(numpy.cos(angle)), float(numpy.sin(angle))
        move = rng.uniform(-50, 50, 3).tolist()
        MATRICES[path] = [[c, s, 0, 0], [-s, c, 0, 0], [0, 0, 1, 0], [*move, 1]]
        pool.append(path)
    from defect_ops import prepare_defects

    numpy.random.seed(seed)
    records = prepare_defects(pool, defects)
    flat = [{k: numpy.asarray(v).tolist() if isinstance(v, (numpy.ndarray, numpy.generic)) else v for k, v in r.items()} for r in records]
    return {
        "seed": seed,
        "pool": [{"path": p, "box": BOXES[p], "local": sum(MATRICES[p], [])} for p in pool],
        "defects": defects,
        "records": flat,
        "after": numpy.random.random_sample(),
    }


pretend()
sys.path.insert(0, sys.argv[1])
SHIFT = {"enabled": True, "ratio": 0.2, "translate_range": 0.2, "rotate_z_range": 15}
TILT = {"enabled": True, "ratio": 0.2, "angle_min": 70, "angle_max": 90}
POLARITY = {"enabled": True, "ratio": 1, "component_types": ["_SOT23", "_BGA"]}
vectors = [
    vector(0, 12, {"shift": SHIFT, "tombstone": TILT, "sideflip": TILT}),
    vector(7, 40, {"shift": SHIFT, "tombstone": TILT, "sideflip": TILT, "reverse_polarity": POLARITY}),
    vector(123456, 25, {"sideflip": {**TILT, "ratio": 0.9}, "shift": {**SHIFT, "enabled": False}, "tombstone": {**TILT, "ratio": 0.5}}),
    vector(3, 2, {"shift": {**SHIFT, "ratio": 1.0}, "tombstone": TILT, "sideflip": {**TILT, "component_types": ["_0603"]}}),
    vector(42, 9, {"tombstone": {**TILT, "ratio": 0.01, "component_types": ["_0402_H"]}, "reverse_polarity": {**POLARITY, "ratio": 0.01}}),
]
print("[" + ",\n".join(json.dumps(v) for v in vectors) + "]")
