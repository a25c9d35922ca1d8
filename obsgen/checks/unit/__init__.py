"""Units: of operands, limits, panels, texts and recorded names."""
