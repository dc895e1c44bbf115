"""Pictures with volume, built from solids by program."""
