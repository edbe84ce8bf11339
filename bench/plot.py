"""Bars, one a row of a table, as SVG: for docs/, light and dark."""

import html
import math
import re

WIDTH, ROW, LEFT, RIGHT, TOP = 720, 26, 230, 90, 44
STYLE = """text { font: 13px sans-serif; fill: #24292f } .title { font-size: 15px; font-weight: bold }
.bar { fill: #8c959f } .own { fill: #1f6feb } line { stroke: #d0d7de }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } line { stroke: #30363d } }"""


def rows(text, after, column):
    """(name, value) of the first table behind a line that begins so; rows without a number are left out."""
    found = re.search(rf"^{re.escape(after)}.*?\n((?:\|[^\n]*\n)+)", text + "\n", re.M | re.S)
    result = []
    for line in found[1].splitlines()[2:] if found else []:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        number = re.match(r"[\d,.]+", cells[column]) if column < len(cells) else None
        if number:
            result.append((cells[0], float(number[0].replace(",", ""))))
    return result


def write(path, title, values, unit):
    """The scale is logarithmic if the largest is more than thirty times the least."""
    least, most = min(v for _, v in values), max(v for _, v in values)
    if most > 30 * least:
        scale, note = (lambda v: math.log(v / (least / 2)) / math.log(most / (least / 2))), " (logarithmic)"
    else:
        scale, note = (lambda v: v / most), ""
    height = TOP + ROW * len(values) + 10
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(title)}">',
             f"<style>{STYLE}</style>", f'<text class="title" x="8" y="22">{html.escape(title + note)}</text>']
    for number, (name, value) in enumerate(values):
        y = TOP + ROW * number
        width = max(1, scale(value) * (WIDTH - LEFT - RIGHT))
        kind = "bar own" if name.startswith("a3s") else "bar"
        parts += [f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{html.escape(name)}</text>',
                  f'<rect class="{kind}" x="{LEFT}" y="{y + 2}" width="{width:.1f}" height="{ROW - 8}"/>',
                  f'<text x="{LEFT + width + 6:.1f}" y="{y + 15}">{value:,.4g} {unit}</text>']
    parts += [f'<line x1="{LEFT}" y1="{TOP - 4}" x2="{LEFT}" y2="{height - 8}"/>', "</svg>"]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")
