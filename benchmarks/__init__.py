"""How fast Pressroom is, as ratios measured side by side: `make bench`. Absolute figures drift with the machine."""
