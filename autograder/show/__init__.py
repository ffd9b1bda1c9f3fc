"""A verdict as people read it: text for a terminal, HTML for a notebook and for feedback."""
