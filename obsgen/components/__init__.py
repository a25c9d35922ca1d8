"""Components: data under templates/, its vocabulary and its text language."""
