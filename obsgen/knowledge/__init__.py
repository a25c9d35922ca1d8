"""What is known of the field's series: which exporter has them, at which versions, of which type, unit and labels."""
