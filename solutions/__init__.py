"""Reference solutions, one package per chapter. Not part of what students install."""
