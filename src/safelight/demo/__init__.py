"""Fills a house with real pictures and jobs, as a user of the SDK would."""
