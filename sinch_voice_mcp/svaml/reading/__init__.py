"""Reading SVAML: JSON text, positions, tolerant spellings, and the models that come out."""
