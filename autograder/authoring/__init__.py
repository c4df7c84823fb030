"""From authored texts and reference answers to notebooks, bundles and bars."""
