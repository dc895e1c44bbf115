"""Facts in SQLite, bytes in a folder: everything that nftd knows."""
