"""The mini pair: a small VQGAN and a small CLIP, trained for this project and shipped inside the package.

Nothing heavy is imported here: `generator.mini.load.load_mini` is the door.
"""
