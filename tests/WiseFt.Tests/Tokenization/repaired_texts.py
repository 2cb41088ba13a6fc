#!/usr/bin/env python3
"""Broken texts, and what the reference makes of them before it splits words.   Usage: repaired_texts.py > repaired-texts.jsonl   (needs ftfy 6.3.1)

A line: `text`; `repaired`, by ftfy.fix_text; `clean`, by open_clip's basic_clean, whitespace_clean and lower."""
import html, json, random
import ftfy

rng = random.Random(20260)
words = ("schön naïve café Ångström Müller “quoted” it’s — dash… ПриветМир Κόσμος Ελλάδα 日本語 中文 한국어 😀🎉 مرحبا שלום ไทย हिन्दी à la mode às vezes fácil "
         "Č š ž ğ İstanbul ł ą ő ű € £ ½ ² ° № ™ ® Ё ў").split(" ")
encodings = ["latin-1", "cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1257", "iso-8859-2", "mac_roman", "cp437"]

def misread():
    """UTF-8 read in another encoding, once or twice, whole or in part, bytes lost on the way."""
    text = " ".join(rng.choice(words) for _ in range(rng.randint(1, 4)))
    for _ in range(rng.choice([1, 1, 1, 2])):
        data = bytearray(text.encode())
        if rng.random() < .2:
            for i in range(len(data)):
                if rng.random() < .1: data[i] = rng.choice(b" \x1a?\xa0")
        text = data.decode(rng.choice(encodings), "replace")
    r = rng.random()
    return text.replace("\xa0", " ") if r < .2 else text + " " + rng.choice(words) if r < .3 else text

def references():
    return "".join(rng.choice(["&", "&#", "&#x", "&amp;", ";", "<", "1", "12", "a", "notin", "lt", "gt;", "é", "\n", "EACUTE;", "SZLIG;", "x80;", "133;", "0", "\xa0", "'s", "hellip;"])
                   for _ in range(rng.randint(1, 8)))

def odd():
    return "".join(rng.choice("ab 1\r\n\t\x1b\x00\x07\x7f\u2028\x85ﬁﬂﬀĳǆŉＡｂ１　ｶﾞﾊﾟ“”‘’ʼ…\u200b\ufeff\ufffce\u0301\u0327ΣσΑİıſẞßⅧⓐ𝒜😀\x1b[0m") for _ in range(rng.randint(1, 20)))

for make, count in ((misread, 250), (references, 150), (odd, 150)):
    for _ in range(count):
        text = make()
        clean = " ".join(html.unescape(html.unescape(ftfy.fix_text(text))).split()).lower()
        print(json.dumps(dict(text=text, repaired=ftfy.fix_text(text), clean=clean)))
