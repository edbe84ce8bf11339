"""Puts the teas on the shelves, once: what is there already stays."""

from kv import Store

TEAS = [
    {"id": "sencha", "name": "Sencha", "from": "Shizuoka", "price": 780, "colour": "#7a9a3a"},
    {"id": "assam", "name": "Assam", "from": "Brahmaputra valley", "price": 620, "colour": "#a4531f"},
    {"id": "oolong", "name": "Oolong", "from": "Alishan", "price": 1140, "colour": "#b98a2f"},
    {"id": "earl-grey", "name": "Earl Grey", "from": "with bergamot", "price": 690, "colour": "#5c5a78"},
    {"id": "rooibos", "name": "Rooibos", "from": "Cederberg", "price": 540, "colour": "#b3392c"},
    {"id": "mint", "name": "Mint", "from": "Meknes", "price": 480, "colour": "#3d8f6d"},
]


def main():
    with Store() as store:
        store.put("teas", TEAS)
        new = sum(store.put_new(f"stock:{tea['id']}", 12) for tea in TEAS)
    print(f"{len(TEAS)} teas, {new} of them new", flush=True)


main()
