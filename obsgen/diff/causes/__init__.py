"""What brought a change: the line of a profile, or the file of a component, without which it would not be there."""
