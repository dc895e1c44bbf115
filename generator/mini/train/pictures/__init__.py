"""Pictures and words out of packages, and their licenses."""
