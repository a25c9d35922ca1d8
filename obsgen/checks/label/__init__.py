"""Labels that expressions ask for, against those that series have where they arrive."""
