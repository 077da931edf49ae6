"""Training: learning rates, updates, snapshots, the log, and the loop that calls them."""
