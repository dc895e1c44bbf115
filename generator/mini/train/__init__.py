"""Training of the mini pair, from the packages its data comes from to the weights that are shipped."""
