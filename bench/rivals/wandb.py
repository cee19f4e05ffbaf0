"""AgileRL imports this tracker of experiments; nothing is tracked here."""
