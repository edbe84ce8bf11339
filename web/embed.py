#!/usr/bin/env python3
"""Joins the page of a3s.localhost into one file and writes it as C.

usage: embed.py OUTPUT.c PAGE.html STYLE.css SCRIPT.js...

The scripts become one module, in this order. The page's Content-Security-Policy allows its own
script and style by their hashes, and nothing else: so neither may be changed behind our back, and
what gets into the page some other way is not executed.
"""

import base64
import hashlib
import pathlib
import sys


def digest(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def policy(style, script):
    return "; ".join([
        "default-src 'none'",
        f"script-src {digest(script)}",
        f"style-src {digest(style)}",
        "img-src data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ])


def array(data):
    rows = (data[at:at + 24] for at in range(0, len(data), 24))
    return "\n".join("    " + "".join(f"{byte}," for byte in row) for row in rows)


def main():
    output, page, style, *scripts = map(pathlib.Path, sys.argv[1:])
    style = "\n" + style.read_text(encoding="utf-8")
    script = "\n" + "\n".join(path.read_text(encoding="utf-8") for path in scripts)
    for text, end in ((style, "</style"), (script, "</script")):
        if end in text.lower():
            sys.exit(f"embed.py: {end} would end the element that it stands in")
    page = page.read_text(encoding="utf-8")
    for mark, text in (("/*STYLE*/", style), ("/*SCRIPT*/", script)):
        if page.count(mark) != 1:
            sys.exit(f"embed.py: the page does not have {mark} once")
        page = page.replace(mark, text)
    data = page.encode()
    output.write_text(
        f'#include "site_page.h"\n\nconst unsigned char site_page[] = {{\n{array(data)}\n}};\n'
        f"const size_t site_page_size = {len(data)};\n"
        f'const char site_page_policy[] = "{policy(style, script)}";\n')


if __name__ == "__main__":
    main()
