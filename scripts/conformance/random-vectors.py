"""Writes src/kit/random-vectors.json: draws of NumPy's RandomState and CPython's Random, to be replayed call by call.

python3 scripts/conformance/random-vectors.py > src/kit/random-vectors.json
"""

import json
import random

import numpy


def plain(value):
    return value.tolist() if isinstance(value, (numpy.ndarray, numpy.generic)) else value


def numpy_calls(seed):
    state = numpy.random.RandomState(seed)
    calls = []

    def call(name, *args):
        if name == "shuffle":
            items = list(range(args[0]))
            state.shuffle(items)
            result = items
        elif name == "choice":
            n, size, replace, p = (*args, None)[:4]
            result = state.choice(n, size, replace=replace, p=p)
        else:
            result = getattr(state, {"random": "random_sample", "gauss": "standard_normal"}.get(name, name))(*args)
        calls.append([name, list(args), plain(result)])

    for _ in range(3):
        call("random")
    call("uniform", -0.2, 0.2)
    call("uniform", 70, 90)
    call("uniform", 5, -3)
    for low, high in [(0, 100000), (1, 9), (0, 1), (-30, 31), (0, 2**32), (0, 2**32 + 5), (7, 2**45), (0, 2**31 + 1)]:
        call("randint", low, high)
    for n in [1, 2, 10, 37]:
        call("permutation", n)
        call("shuffle", n)
    for n, size, replace in [(8, 3, False), (8, 8, False), (100, 5, False), (5, 12, True), (1, 1, True), (2276, 4, False)]:
        call("choice", n, size, replace)
    call("choice", 4, 6, True, [0.1, 0.2, 0.3, 0.4])
    call("choice", 6, 5, False, [0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    call("choice", 5, 2, False, [0.25, 0.0, 0.25, 0.0, 0.5])
    for _ in range(5):
        call("gauss")
    call("normal", 3, 0.5)
    call("random")
    for _ in range(700):
        state.random_sample()
    call("random")
    return {"library": "numpy", "seed": seed, "skip": 700, "calls": calls}


def python_calls(seed):
    source = random.Random(seed)
    calls = []

    def call(name, *args):
        if name == "shuffle":
            items = list(range(args[0]))
            source.shuffle(items)
            result = items
        elif name in ("choice", "sample"):
            result = getattr(source, name)(range(args[0]), *args[1:])
        elif name == "choices":
            n, k, weights = (*args, None)[:3]
            result = source.choices(range(n), weights, k=k)
        else:
            real = {"bits": "getrandbits", "below": "_randbelow"}.get(name, name)
            result = getattr(source, real)(*args)
        calls.append([name, list(args), result])

    for _ in range(3):
        call("random")
    for a, b in [(-30, 30), (0, 0), (1, 2**40), (0, 255), (5, 6)]:
        call("randint", a, b)
    call("randrange", 10)
    call("randrange", 3, 50, 7)
    call("randrange", 10, -10, -3)
    for bits in [1, 7, 31, 32, 33, 53]:
        call("bits", bits)
    for n in [1, 2, 64, 1000, 2**32, 2**32 + 1]:
        call("below", n)
    call("uniform", 0.25, 4.0)
    call("uniform", -45, 45)
    for n in [1, 4, 100]:
        call("choice", n)
        call("shuffle", n)
    for n, k in [(3, 3), (21, 5), (22, 5), (100, 6), (85, 6), (86, 6), (300, 21), (5000, 30), (6, 0)]:
        call("sample", n, k)
    call("choices", 5, 8)
    call("choices", 3, 6, [5, 1, 0.5])
    for _ in range(3):
        call("gauss", 1, 2)
    call("random")
    for _ in range(700):
        source.random()
    call("random")
    return {"library": "python", "seed": seed if isinstance(seed, str) else str(seed), "text": isinstance(seed, str), "skip": 700, "calls": calls}


vectors = [numpy_calls(seed) for seed in (0, 1, 42, 1000003, 2**32 - 1, [1], [7, 0, 4294967295])]
vectors += [
    python_calls(seed)
    for seed in (0, 1, 42, -42, 2**32, 12345678901234567890123, "", "0:IC+bridge", "7:Löt+brücke", "é" * 100)
]
print("[" + ",\n".join(json.dumps(vector, ensure_ascii=True) for vector in vectors) + "]")
