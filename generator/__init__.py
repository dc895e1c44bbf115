"""VQGAN+CLIP as a library: take a picture in, dream on it, judge the iterates, choose one.

Nothing heavy is imported here: `nouns`, `errors`, `presets` and `categories` are light; everything that needs
torch or OpenCV is imported by the module that needs it.
"""
