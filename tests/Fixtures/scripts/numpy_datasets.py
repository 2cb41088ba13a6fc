"""Small files in the formats of CIFAR's Python version and of CIFAR-10.2, written by NumPy and by pickle.

Two images each; pixel (y, x, c) of image i is (7 i + 3 y + 5 x + 60 c) mod 256.
    python numpy_datasets.py OUTPUT_FOLDER        # NumPy 1.24
"""
import io
import pickle
import struct
import sys
from pathlib import Path

import numpy as np


class Python2Pickler(pickle._Pickler):
    """Writes texts and bytes as Python 2's cPickle did under protocol 2: as byte strings."""

    dispatch = pickle._Pickler.dispatch.copy()

    def save_string(self, value):
        raw = value if isinstance(value, bytes) else value.encode("ascii")
        short = len(raw) < 256
        self.write((pickle.SHORT_BINSTRING + bytes([len(raw)]) if short else pickle.BINSTRING + struct.pack("<i", len(raw))) + raw)
        self.memoize(value)

    dispatch[bytes] = dispatch[str] = save_string


def python2(path, value):
    content = io.BytesIO()
    Python2Pickler(content, 2).dump(value)
    path.write_bytes(content.getvalue())


def main(output):
    i, y, x, c = np.ogrid[:2, :32, :32, :3]
    images = ((7 * i + 3 * y + 5 * x + 60 * c) % 256).astype(np.uint8)
    planes = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(2, 3072)
    labels = np.array([8, 3])
    dictionary = {"images": images, "labels": labels, "label_names": ["airplane", "automobile"], "keywords": np.array(["ship", "tabby"]), "ti_indices": labels}

    ten, hundred, modern = (output / name for name in ("cifar-10-batches-py", "cifar-100-python", "cifar-10-python3"))
    for folder in (ten, hundred, modern):
        folder.mkdir(parents=True, exist_ok=True)
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    python2(ten / "batches.meta", {"num_cases_per_batch": 2, "label_names": names, "num_vis": 3072})
    python2(ten / "test_batch", {"batch_label": "testing batch 1 of 1", "labels": [8, 3], "data": planes, "filenames": ["a_s_1.png", "b_s_2.png"]})
    python2(hundred / "meta", {"fine_label_names": [f"fine {n}" for n in range(100)], "coarse_label_names": [f"coarse {n}" for n in range(20)]})
    python2(hundred / "test", {"filenames": ["a.png", "b.png"], "batch_label": "testing batch 1 of 1", "fine_labels": [49, 33], "coarse_labels": [10, 10], "data": planes})
    # The same by Python 3 itself, with numbers of NumPy's own types, and bytes as protocol 2 writes them.
    (modern / "test_batch").write_bytes(pickle.dumps({"labels": list(labels), "data": planes}, protocol=2))

    np.savez(output / "cifar102_stored.npz", **dictionary)
    np.savez_compressed(output / "cifar102_deflated.npz", **dictionary)
    np.save(output / "cifar102_pickled.npy", dictionary)


main(Path(sys.argv[1]))
