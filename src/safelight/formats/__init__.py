"""Files that people bring and take: bytes to domain and back, streaming, one pair per format."""
