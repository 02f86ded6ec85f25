"""The rules of `spectral:oas`, rebuilt from what they are documented to mean."""
