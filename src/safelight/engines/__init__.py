"""Places where runs execute, behind one interface."""
