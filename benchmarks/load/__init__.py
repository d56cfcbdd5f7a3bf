"""Many students at once: what they wait for, what the server takes for it, and what goes wrong."""
