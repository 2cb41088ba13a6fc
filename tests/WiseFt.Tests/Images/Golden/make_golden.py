#!/usr/bin/env python3
"""Small images in every mode that Pillow tells apart, and what Pillow makes of them.   Usage: make_golden.py OUTPUT_FOLDER
Writes OUTPUT_FOLDER/images/* and OUTPUT_FOLDER/expected.safetensors (uint8 (H, W, 3), named image@recipe). The committed files were made with
Pillow 9.4.0 (libjpeg-turbo 2.1.5, libwebp 1.2.4), NumPy 1.24.2, on Debian 12."""
import io, json, pathlib, struct, sys, zlib
import numpy as np
from PIL import Image, ImageDraw, ImageFile

ImageFile.MAXBLOCK = 1 << 24
out = pathlib.Path(sys.argv[1]); images = out / "images"; images.mkdir(parents=True, exist_ok=True)
g = np.random.default_rng(7)

def picture(w, h):
    yy, xx = np.mgrid[0:h, 0:w]
    a = np.stack([xx * 255 // max(1, w - 1), yy * 255 // max(1, h - 1), (xx // 7 + yy // 5) % 2 * 255], -1)
    im = Image.fromarray(np.clip(a + g.integers(-40, 41, a.shape), 0, 255).astype(np.uint8), "RGB")
    ImageDraw.Draw(im).ellipse([w // 4, h // 4, w * 3 // 4, h * 3 // 4], fill=(200, 30, 90))
    return im
def noise(*shape): return g.integers(0, 256, shape).astype(np.uint8)
def with_alpha(im): im = im.copy(); im.putalpha(Image.fromarray(noise(im.height, im.width))); return im

# JPEG: four inks with a black that matters, baseline and progressive; chroma at every subsampling
inks = lambda w, h: Image.fromarray(noise(h // 6 + 1, w // 6 + 1, 4), "CMYK").resize((w, h), Image.BICUBIC)
inks(61, 47).save(images / "cmyk-black.jpg", quality=90)
inks(47, 61).save(images / "cmyk-progressive.jpg", quality=90, progressive=True)
for s, n in ((0, "444"), (1, "422"), (2, "420")): picture(61, 47).save(images / f"chroma-{n}.jpg", quality=85, subsampling=s)
# WebP
picture(61, 47).save(images / "lossy.webp", quality=80)
with_alpha(picture(61, 47)).save(images / "lossy-alpha.webp", quality=80)
with_alpha(picture(61, 47)).save(images / "lossless-alpha.webp", lossless=True)
picture(31, 47).save(images / "animated.webp", save_all=True, append_images=[picture(31, 47)], lossless=True)
# GIF
picture(61, 47).convert("L").save(images / "grey.gif")
Image.fromarray(np.arange(256, dtype=np.uint8).reshape(8, 32).repeat(5, 0)).save(images / "grey-ramp.gif")
p = picture(61, 47).quantize(40)
p.save(images / "interlaced.gif", interlace=1)
p.save(images / "transparent.gif", transparency=int(np.asarray(p)[23, 30]), interlace=0)
p.save(images / "animated.gif", save_all=True, append_images=[picture(61, 47).quantize(40)], duration=50, disposal=2)
for name, source in (("frame-inside.gif", "interlaced.gif"), ("frame-inside-transparent.gif", "transparent.gif")):
    b = bytearray((images / source).read_bytes()); struct.pack_into("<HH", b, 6, 80, 70)        # a larger screen
    at = 13 + (3 << ((b[10] & 7) + 1))
    while b[at] != 0x2C:                                                                        # over the extensions
        at += 2
        while b[at]: at += b[at] + 1
        at += 1
    struct.pack_into("<HH", b, at + 1, 9, 11); (images / name).write_bytes(b)
# PNG
def chunk(t, d): return struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d))
def png(w, h, depth, kind, data, interlace=0):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, depth, kind, 0, 0, interlace)) + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
def rows(a): return b"".join(b"\0" + r.tobytes() for r in a)
for depth in (1, 2, 4): (images / f"grey-{depth}bit.png").write_bytes(png(61, 47, depth, 0, rows(noise(47, (61 * depth + 7) // 8))))
for kind, n, name in ((2, 3, "rgb"), (4, 2, "grey-alpha"), (6, 4, "rgba")):
    (images / f"{name}-16bit.png").write_bytes(png(41, 37, 16, kind, rows(g.integers(0, 65536, (37, 41, n)).astype(">u2"))))
a = noise(37, 41, 3); data = b""
for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)): data += rows(a[y0::dy, x0::dx])
(images / "adam7.png").write_bytes(png(41, 37, 8, 2, data, 1))
picture(61, 47).quantize(3).save(images / "palette-2bit.png")
picture(61, 47).quantize(12).save(images / "palette-transparent.png", transparency=bytes(range(0, 240, 20)))
im = picture(61, 47); im.save(images / "rgb-transparent-colour.png", transparency=im.getpixel((30, 23)))
with_alpha(picture(61, 47)).save(images / "rgba.png")
im = picture(61, 47); im.putalpha(255); im.save(images / "rgba-opaque.png")
with_alpha(picture(61, 47).convert("L")).save(images / "grey-alpha.png")
b = io.BytesIO(); picture(61, 47).save(b, "png"); b = b.getvalue()
(images / "gamma.png").write_bytes(b[:33] + chunk(b"gAMA", struct.pack(">I", 100000)) + b[33:])
picture(1, 5000).save(images / "strip-1x5000.png")
# BMP
def bmp(w, h, bits, data, palette=b"", compression=0, header=40, masks=b"", colours=0):
    tail = masks + b"\0" * max(0, header - 40 - len(masks)); off = 14 + 40 + len(tail) + len(palette)
    return b"BM" + struct.pack("<IHHI", off + len(data), 0, 0, off) + struct.pack("<IiiHHIIiiII", header, w, h, 1, bits, compression, len(data), 0, 0, colours, 0) + tail + palette + data
w, h = 41, 31
def raster(bits): return noise((w * bits + 31) // 32 * 4 * h).tobytes()
M = lambda *m: struct.pack("<" + "I" * len(m), *m)
ramp = b"".join(bytes([i, i, i, 0]) for i in range(256))
for name, content in {
    "bmp-1bit": bmp(w, h, 1, raster(1), noise(8).tobytes()), "bmp-1bit-black-white": bmp(w, h, 1, raster(1), b"\0\0\0\0\xff\xff\xff\0"),
    "bmp-4bit": bmp(w, h, 4, raster(4), noise(64).tobytes()), "bmp-8bit": bmp(w, h, 8, raster(8), noise(1024).tobytes()),
    "bmp-8bit-grey": bmp(w, h, 8, raster(8), ramp), "bmp-555": bmp(w, h, 16, raster(16)), "bmp-565": bmp(w, h, 16, raster(16), compression=3, masks=M(0xF800, 0x7E0, 0x1F)),
    "bmp-24bit-top-down": bmp(w, -h, 24, raster(24)), "bmp-32bit": bmp(w, h, 32, raster(32)),
    "bmp-bgra": bmp(w, h, 32, raster(32), compression=3, header=124, masks=M(0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    "bmp-os2": b"BM" + struct.pack("<IHHI", 26 + 768 + 44 * h, 0, 0, 26 + 768) + struct.pack("<IHHHH", 12, w, h, 1, 8) + noise(768).tobytes() + raster(8)}.items():
    (images / f"{name}.bmp").write_bytes(content)

# --- what Pillow makes of them ---------------------------------------------------------------------------------------------------------
def shortest(im, px, resample=Image.BICUBIC, middle=lambda d: int(round(d / 2.0))):
    w, h = im.size; nw, nh = (px, int(px * h / w)) if w <= h else (int(px * w / h), px)
    im = im.resize((nw, nh), resample); t, l = middle(nh - px), middle(nw - px)
    return im.crop((l, t, l + px, t + px)).convert("RGB")
def longest(im, px, fill):                                               # open_clip's ResizeKeepRatio(longest=1) and CenterCropOrPad
    w, h = im.size; ratio = max(h / px, w / px); nh, nw = round(h / ratio), round(w / ratio)
    target = Image.new("RGB", (px, px), (fill,) * 3); target.paste(im.resize((nw, nh), Image.BICUBIC).convert("RGB"), ((px - nw) // 2, (px - nh) // 2))
    return target
filters = dict(bilinear=Image.BILINEAR, nearest=Image.NEAREST, box=Image.BOX, hamming=Image.HAMMING, lanczos=Image.LANCZOS)
recipes = {"decoded": lambda im: im.convert("RGB"), "shortest": lambda im: shortest(im, 24), "huggingface": lambda im: shortest(im.convert("RGB"), 24, middle=lambda d: d // 2)}
more = {"squash": lambda im: im.resize((24, 24), Image.BICUBIC).convert("RGB"), "longest": lambda im: longest(im, 24, 99), "crop": lambda im: im.crop((5, 3, 36, 29)).resize((24, 24), Image.BICUBIC).convert("RGB")}
more |= {k: (lambda f: lambda im: shortest(im, 24, f))(f) for k, f in filters.items()}
tensors = {}
for path in sorted(images.iterdir()):
    chosen = {"shortest": recipes["shortest"]} if "strip" in path.name else recipes | (more if path.name in ("rgba.png", "chroma-444.jpg", "palette-2bit.png", "cmyk-black.jpg", "grey-alpha.png") else {})
    for recipe, f in chosen.items(): tensors[f"{path.name}@{recipe}"] = np.asarray(f(Image.open(path)))
header, body = {}, b""
for name, t in tensors.items(): header[name] = dict(dtype="U8", shape=t.shape, data_offsets=[len(body), len(body) + t.size]); body += t.tobytes()
head = json.dumps(header).encode(); head += b" " * (-len(head) % 8)
(out / "expected.safetensors").write_bytes(struct.pack("<Q", len(head)) + head + body)
