"""Names that objects share: what one stands for, and another one in its place."""
