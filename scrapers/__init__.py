"""Read works of art and their prices from marketplaces: listings, money, rights, sources, valuation."""
