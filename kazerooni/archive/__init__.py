"""Archive: thousands of old series scored, and scored again, each alone in its failure."""
