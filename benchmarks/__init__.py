"""Speed against peers, and the long studies whose results the book shows. Not part of what students install."""
