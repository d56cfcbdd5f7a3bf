"""What the reader sees: the scene, its bytes, the page, and the stage in the browser."""
