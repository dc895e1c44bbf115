"""The bundled gallery: sixty free pictures as a small web site, served over loopback HTTP like any live source.

Prices and likes are invented, and every page says so. `MANIFEST.toml` names the origin and license of each picture.
"""
