"""Facts that layerlint carries: base images and package indexes, as dated snapshots."""
