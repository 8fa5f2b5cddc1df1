"""Rules: policy in YAML over the checks, what silences them, and how they become findings."""
