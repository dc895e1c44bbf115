"""The test on pictures that training never comes near."""
