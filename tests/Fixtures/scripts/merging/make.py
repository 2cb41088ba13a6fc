"""Writes ../../merging: a base and three models like a CLIP of widths 8 and 9, and what every merge method makes of them.

/usr/bin/python3 make.py   (NumPy alone; definitions.py has the methods)
"""
import json
import math
import pathlib
import re
import struct

import numpy as np

import definitions as d

FOLDER = pathlib.Path(__file__).parents[2] / "merging"
AFTER = re.compile(r"(^|\.)(ln_post|ln_final|proj|text_projection|classification_head|logit_scale)(\.|$)")
BLOCKS = 3


def shapes():
    def tower(prefix, width, hidden):
        for i in range(BLOCKS):
            block = f"{prefix}transformer.resblocks.{i}."
            yield block + "attn.in_proj_weight", (3 * width, width)
            yield block + "attn.in_proj_bias", (3 * width,)
            yield block + "attn.out_proj.weight", (width, width)
            yield block + "attn.out_proj.bias", (width,)
            yield block + "mlp.c_fc.weight", (hidden, width)
            yield block + "mlp.c_fc.bias", (hidden,)
            yield block + "mlp.c_proj.weight", (width, hidden)
            yield block + "mlp.c_proj.bias", (width,)
            for norm in ("ln_1", "ln_2"):
                yield block + norm + ".weight", (width,)
                yield block + norm + ".bias", (width,)

    yield from {"visual.conv1.weight": (8, 3, 2, 2), "visual.class_embedding": (8,), "visual.positional_embedding": (5, 8),
                "visual.ln_pre.weight": (8,), "visual.ln_pre.bias": (8,), "visual.ln_post.weight": (8,), "visual.ln_post.bias": (8,),
                "visual.proj": (8, 7), "token_embedding.weight": (12, 9), "positional_embedding": (4, 9), "ln_final.weight": (9,),
                "ln_final.bias": (9,), "text_projection": (9, 7), "classification_head.weight": (2, 20), "logit_scale": ()}.items()
    yield from tower("visual.", 8, 10)
    yield from tower("", 9, 11)


def models():
    """Most numbers are multiples of 1/64, so that there are equal magnitudes and sums that are zero; those of the second block are not."""
    random = np.random.default_rng(7)
    base, others = {}, [{}, {}, {}]
    for name, shape in shapes():
        grid = (lambda x: x) if "resblocks.1" in name else (lambda x: np.round(x * 64) / 64)
        base[name] = np.float32(grid(random.normal(0, 0.5, shape)))
        shared = random.normal(0, 0.04, shape)
        for model in others:
            model[name] = np.float32(base[name] + grid(shared + random.normal(0, 0.05, shape)))
    a, b, c = others

    def move(model, name, tau):
        model[name] = np.float32(base[name] + tau)

    for model in others:
        move(model, "positional_embedding", 0)
    move(a, "token_embedding.weight", 0), move(b, "token_embedding.weight", 0)
    move(b, "visual.ln_pre.weight", 2 * (a["visual.ln_pre.weight"] - base["visual.ln_pre.weight"]))
    move(b, "visual.ln_pre.bias", base["visual.ln_pre.bias"] - a["visual.ln_pre.bias"])
    move(a, "transformer.resblocks.0.ln_1.bias", 0)
    for model, step in zip(others, (0.25, -0.5, 0.125)):
        move(model, "logit_scale", step)
    return base, others


def depth(name):
    block = re.search(r"resblocks\.(\d+)\.", name)
    return int(block[1]) / (BLOCKS - 1) if block else 1.0 if AFTER.search(name) else 0.0


def in_block(name):
    return "resblocks." in name


BASE, MODELS = models()
NAMES = sorted(BASE)


def merge(by_tensor):
    return {name: np.asarray(by_tensor(name), dtype=np.float64) for name in NAMES}


def theta(i, name):
    return MODELS[i][name].astype(np.float64)


def taus(count, name):
    return [(MODELS[i][name] - BASE[name]).astype(np.float64) for i in range(count)]


def around(count, merged, scale=1.0):
    """theta_0 + scale * merged, where the models differ from it. merged: of a name and its task vectors."""
    def of(name):
        vectors = taus(count, name)
        if not any((v != 0).any() for v in vectors):
            return BASE[name]
        return BASE[name].astype(np.float64) + (scale(name) if callable(scale) else scale) * merged(name, vectors)
    return merge(of)


def weighted(vectors, weights):
    return sum(w * v for w, v in zip(weights, vectors))


def ties(vectors, weights, density, normalize):
    return d.elect([d.trim(v, p) for v, p in zip(vectors, density)], weights, normalize)


def ties_by_model(count, weights, densities, scale):
    whole = [[(MODELS[i][n] - BASE[n]).astype(np.float64) for n in NAMES] for i in range(count)]
    thresholds = d.model_thresholds(whole, densities)
    sign = d.majority(whole, thresholds, weights)
    return around(count, lambda _, vs: d.elect([d.at_least(v, t) for v, t in zip(vs, thresholds)], weights, True, sign), scale)


def dare(density, rescale, seed):
    return lambda name, vs: [d.dare(v, density, rescale, seed, i, name) for i, v in enumerate(vs)]


def della(density, epsilon, rescale, seed):
    return lambda name, vs: [d.della(v, density, epsilon, rescale, seed, i, name) for i, v in enumerate(vs)]


def crumbs(density, gamma, rescale):
    return lambda vs: [d.breadcrumbs(v, density, gamma, rescale) for v in vs]


def matrices(method, weights):
    def merged(name, vs):
        vs = [w * v for w, v in zip(weights, vs)]
        return method(vs) if d.is_matrix(name, vs[0]) else sum(vs) / len(vs)
    return merged


def lines(alpha, beta, scale=1.0):
    return lambda name: scale * (alpha + beta * depth(name) if in_block(name) else alpha)


ONE, HALVES = [1, 1, 1], [0.7, 0.2, -0.1]


def cases():
    yield "linear/mean", merge(lambda n: (theta(0, n) + theta(1, n) + theta(2, n)) / 3)
    yield "linear/weights", merge(lambda n: (theta(0, n) + 2 * theta(1, n) + 3 * theta(2, n)) / 6)
    yield "linear/not-normalized", merge(lambda n: weighted([theta(i, n) for i in range(3)], HALVES))
    yield "slerp/0.3", merge(lambda n: d.slerp(0.3, BASE[n].astype(float), theta(0, n)))
    yield "slerp/0.8", merge(lambda n: d.slerp(0.8, BASE[n].astype(float), theta(1, n)))
    yield "slerp/curve", merge(lambda n: d.slerp(0.1 + 0.8 * depth(n), BASE[n].astype(float), theta(2, n)))
    yield "nuslerp/flat", merge(lambda n: d.nuslerp([1, 2], theta(0, n), theta(1, n), False))
    yield "nuslerp/rows", merge(lambda n: d.nuslerp([1, 2], theta(0, n), theta(1, n), True))
    yield "nuslerp/base", merge(lambda n: BASE[n] + d.nuslerp([0.6, 0.4], *taus(2, n), False))
    yield "nuslerp/base-rows", merge(lambda n: BASE[n] + d.nuslerp([0.6, 0.4], *taus(2, n), True))
    yield "task_arithmetic/0.4", around(3, lambda _, vs: sum(vs), 0.4)
    yield "task_arithmetic/normalized", around(3, lambda _, vs: weighted(vs, [1 / 6, 2 / 6, 3 / 6]))
    yield "task_arithmetic/forget", around(1, lambda _, vs: vs[0], -0.5)
    yield "ties/tensor", around(3, lambda _, vs: ties(vs, ONE, [0.3] * 3, True))
    yield "ties/weights", around(3, lambda _, vs: ties(vs, [0.5, 1.5, 0.8], [0.5, 0.4, 0.05], False), 0.7)
    yield "ties/names", around(2, lambda n, vs: ties(vs, [1, 1], [0.2 if "mlp" in n else 0.6] * 2, True), 0.3)
    yield "ties/model", ties_by_model(3, ONE, [0.2] * 3, 1.0)
    yield "ties/model-weights", ties_by_model(3, [1, -2, 1.25], [0.4, 0.7, 0.1], 0.6)
    yield "ties/model-two", ties_by_model(2, [1, 1], [1.0, 0.9], 0.5)
    yield "dare_linear/0.5", around(3, lambda n, vs: sum(dare(0.5, True, 0)(n, vs)))
    yield "dare_linear/weights", around(3, lambda n, vs: weighted(dare(0.3, True, 7)(n, vs), HALVES), 0.4)
    yield "dare_linear/not-rescaled", around(2, lambda n, vs: sum(dare(0.8, False, -1)(n, vs)) / 2)
    yield "dare_ties/0.5", around(3, lambda n, vs: d.elect(dare(0.5, True, 0)(n, vs), ONE, False))
    yield "dare_ties/normalized", around(3, lambda n, vs: d.elect(dare(0.6, True, 3)(n, vs), [1, 2, 0.5], True))
    yield "dare_ties/not-rescaled", around(2, lambda n, vs: d.elect(dare(0.9, False, 0)(n, vs), [1, 1], False), 0.5)
    yield "della/0.5", around(3, lambda n, vs: d.elect(della(0.5, 0.15, True, 0)(n, vs), ONE, True))
    yield "della/not-rescaled", around(3, lambda n, vs: d.elect(della(0.4, 0.2, False, 3)(n, vs), [1, 2, 0.5], True), 0.8)
    yield "della/sum", around(2, lambda n, vs: d.elect(della(0.7, 0.29, True, 11)(n, vs), [0.5, 0.5], False))
    yield "breadcrumbs/0.6", around(3, lambda _, vs: sum(crumbs(0.6, 0.01, False)(vs)), 0.3)
    yield "breadcrumbs/rescaled", around(3, lambda _, vs: weighted(crumbs(0.5, 0.2, True)(vs), HALVES))
    yield "breadcrumbs/normalized", around(2, lambda _, vs: weighted(crumbs(0.8, 0.3, False)(vs), [0.25, 0.75]))
    yield "model_stock/two", around(2, lambda _, vs: d.model_stock(vs, False))
    yield "model_stock/three", around(3, lambda _, vs: d.model_stock(vs, False))
    yield "model_stock/two-rows", around(2, lambda _, vs: d.model_stock(vs, True))
    yield "model_stock/three-rows", around(3, lambda _, vs: d.model_stock(vs, True))
    yield "lines/one", around(1, lambda _, vs: vs[0], lines(0.5, 0.5))
    yield "lines/one-given", around(1, lambda _, vs: vs[0], lines(0.3, 0.6))
    yield "lines/three", around(3, lambda _, vs: sum(vs), lines(1 / 3, 0.5))
    yield "lines/three-weights", around(3, lambda _, vs: weighted(vs, HALVES), lines(0.2, 0.5, 1.2))
    yield "iso_c/three", around(3, matrices(d.iso_c, ONE))
    yield "iso_c/weights", around(3, matrices(d.iso_c, HALVES), 0.5)
    yield "iso_c/one", around(1, matrices(d.iso_c, [1]))
    yield "tsv_m/three", around(3, matrices(d.tsv_m, ONE))
    yield "tsv_m/two", around(2, matrices(d.tsv_m, [1, 0.5]), 0.7)
    yield "tsv_m/one", around(1, matrices(d.tsv_m, [1]))
    yield "wudi/5", around(3, matrices(lambda vs: d.wudi(vs, 5), ONE))
    yield "wudi/60", around(2, matrices(lambda vs: d.wudi(vs, 60), [1, 0.5]), 0.8)
    yield "wudi/300", around(3, matrices(lambda vs: d.wudi(vs, 300), ONE))
    for energy in (0.8, 0.5, 0.95):
        yield f"monosoup/{energy}", around(1, lambda n, vs: d.monosoup(vs[0], energy) if d.is_matrix(n, vs[0]) else vs[0])


def digest(state):
    """Of each tensor, in the names' order, eight of its numbers and a sum of all."""
    numbers = []
    for name in NAMES:
        flat = state[name].reshape(-1)
        numbers.extend(flat[::max(1, flat.size // 8)][:8])
        numbers.append(sum(x * math.cos(i + 1) for i, x in enumerate(flat)) / math.sqrt(flat.size))
    return np.array(numbers, dtype=np.float32)


def write(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        raw = np.ascontiguousarray(tensor, dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for label, state in zip(("base", "a", "b", "c"), (BASE, *MODELS)):
        write(FOLDER / f"{label}.safetensors", {name: state[name] for name in NAMES})
    write(FOLDER / "merged.safetensors", {label: digest(state) for label, state in cases()})
