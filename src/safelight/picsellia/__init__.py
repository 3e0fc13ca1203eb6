"""The routes that the official Picsellia clients speak. Thin: the same store and actions as /api/v1.

What the clients send and read is in their own code; names and forms here are theirs, not ours.
"""
