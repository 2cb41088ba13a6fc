"""Fisher merging and RegMean by their definitions, in float64, on small random layers.

    python information.py ../../merging/information.safetensors        # NumPy 1.24
The file holds what goes in (model, Fisher information and products of inputs of each of three models) and what comes out.
"""
import json
import struct
import sys

import numpy as np

WEIGHTS, FLOOR, SCALE = [0.2, 0.3, 0.5], 1e-3, 0.95
random = np.random.default_rng(20260)
tensors = {}


def write(path):
    header, data = {}, b""
    for name in sorted(tensors):
        raw = tensors[name].astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def draw(name, *shape):
    """Three models' tensors of a name, rounded to what the file holds."""
    return [draw_one(f"{model}/{name}", random.standard_normal(shape)) for model in "abc"]


def draw_one(name, values):
    tensors[name] = values.astype(np.float32)
    return tensors[name].astype(np.float64)


linear, proj, bias, mean = draw("c_fc.weight", 5, 4), draw("visual.proj", 4, 3), draw("c_fc.bias", 5), draw("bn1.running_mean", 5)

for name, thetas in (("c_fc.weight", linear), ("visual.proj", proj), ("c_fc.bias", bias)):
    # squares of which several are below the floor
    fishers = [draw_one(f"fisher-{m}/{name}", (random.standard_normal(t.shape) * 0.05) ** 2) for m, t in zip("abc", thetas)]
    shares = [w * np.maximum(f, FLOOR) for w, f in zip(WEIGHTS, fishers)]
    tensors[f"fisher/{name}"] = sum(s * t for s, t in zip(shares, thetas)) / sum(shares)
tensors["fisher/bn1.running_mean"] = sum(w * t for w, t in zip(WEIGHTS, mean))

for name, layers in (("c_fc.weight", [w.T for w in linear]), ("visual.proj", proj)):
    inputs = [random.standard_normal((7, 4)) @ random.standard_normal((4, 4)) for _ in "abc"]
    products = [draw_one(f"products-{m}/{name}", x.T @ x / len(x)) for m, x in zip("abc", inputs)]
    scaled = [w * (SCALE * g + (1 - SCALE) * np.diag(np.diag(g))) for w, g in zip(WEIGHTS, products)]
    merged = np.linalg.inv(sum(scaled)) @ sum(g @ layer for g, layer in zip(scaled, layers))
    tensors[f"regmean/{name}"] = merged.T if name.endswith("weight") else merged
for name, thetas in (("c_fc.bias", bias), ("bn1.running_mean", mean)):
    tensors[f"regmean/{name}"] = sum(w * t for w, t in zip(WEIGHTS, thetas))

write(sys.argv[1])
