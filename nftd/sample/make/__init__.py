"""How the bundled gallery is made: `python -m nftd.sample.make --out DIR --noto DIR`; never imported at run time.

Needs beside nftd's own dependencies: Debian's openclipart-svg, librsvg2-bin and fonts-dejavu-core, and the npm package
@iconify-json/noto. The same packages give the same pages and pictures.
"""
