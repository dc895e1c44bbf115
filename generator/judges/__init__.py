"""Judges: each says one number of a picture or of its embedding, and none of them is the loss that was optimized.

`port` is what a judge is, `ask` asks them, `registry` finds those of other packages. Nothing heavy is imported here.
"""
