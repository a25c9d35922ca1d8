"""What is told of trees as a whole: what one side alone has, what cannot be read or built, and what follows."""
