"""What must be decided before any test imports a library."""

import os

os.environ["KERAS_BACKEND"] = "jax"  # Keras reads it once, at its import
