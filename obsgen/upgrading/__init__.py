"""What other versions of components break, and the expressions rewritten for them."""
