#!/usr/bin/env python3
"""Loads a folder that ClipModel.Save wrote with the library it was written for, comparing keys strictly.

Usage: read_back.py huggingface|open-clip|openai FOLDER [--expected EXPECTED.safetensors]

EXPECTED is the expected.safetensors of the fixture that was written: its features and logits are compared as well, with the tolerances of README.md.
Needs torch, and transformers, open_clip_torch, or OpenAI's clip; where one is missing, says so and exits with 77 (skipped)."""
import argparse, json, pathlib, struct, sys

SKIPPED = 77


def load_file(path):
    """The tensors of a safetensors file; so few lines that OpenAI's layout needs no further package."""
    data = pathlib.Path(path).read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    types = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64, "I32": torch.int32}
    def tensor(entry):
        begin, end = entry["data_offsets"]
        return torch.frombuffer(bytearray(data[start + begin:start + end]), dtype=types[entry["dtype"]]).reshape(entry["shape"])
    return {name: tensor(entry) for name, entry in json.loads(data[8:start]).items() if name != "__metadata__"}


class HuggingFace:
    def __init__(self, folder):
        from transformers import CLIPImageProcessor, CLIPModel, CLIPTokenizer
        self.model, info = CLIPModel.from_pretrained(folder, torch_dtype=torch.float32, output_loading_info=True)
        for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
            if info[kind]: sys.exit(f"{kind}: {info[kind]}")
        ids = CLIPTokenizer.from_pretrained(folder)(["a diagram"]).input_ids[0]
        print("tokenizer:", ids, "| images:", CLIPImageProcessor.from_pretrained(folder).crop_size)
        self.model.eval()

    def image(self, pixels): return self.features(self.model.get_image_features(pixel_values=pixels))
    def text(self, ids): return self.features(self.model.get_text_features(input_ids=ids))
    def scale(self): return self.model.logit_scale.exp()
    @staticmethod
    def features(output): return output if torch.is_tensor(output) else output.pooler_output


class OpenClip:
    def __init__(self, folder):
        import open_clip
        self.model = open_clip.create_model(f"local-dir:{folder}").eval()      # load_state_dict(strict=True)
        print("tokenizer:", open_clip.get_tokenizer(f"local-dir:{folder}")(["a diagram"])[0][:6].tolist())

    def image(self, pixels): return self.model.encode_image(pixels)
    def text(self, ids): return self.model.encode_text(ids)
    def scale(self): return self.model.logit_scale.exp()


class OpenAI(OpenClip):
    def __init__(self, folder):
        from clip.model import build_model                                     # load_state_dict(strict=True)
        self.model = build_model(load_file(pathlib.Path(folder) / "model.safetensors")).float().eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layout", choices=["huggingface", "open-clip", "openai"])
    parser.add_argument("folder")
    parser.add_argument("--expected")
    arguments = parser.parse_args()
    try:
        global torch
        import torch
        model = {"huggingface": HuggingFace, "open-clip": OpenClip, "openai": OpenAI}[arguments.layout](arguments.folder)
    except ModuleNotFoundError as missing:
        print(f"skipped: {sys.executable} has no module '{missing.name}'")
        sys.exit(SKIPPED)
    print("loaded: every key and shape is as the library expects")
    if not arguments.expected: return
    expected = load_file(arguments.expected)
    with torch.no_grad():
        images, texts = model.image(expected["pixel_values"]), model.text(expected["input_ids"])
        unit = torch.nn.functional.normalize
        logits = model.scale() * unit(images, dim=-1) @ unit(texts, dim=-1).T
    failed = False
    for name, actual, tolerance in (("image_features", images, 1e-5), ("text_features", texts, 1e-5), ("logits_per_image", logits, 1e-3)):
        error = (actual.float() - expected[name]).abs().max().item()
        failed |= not error < tolerance
        print(f"{name}: largest difference {error:.1e}, tolerance {tolerance:.0e}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
