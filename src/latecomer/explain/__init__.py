"""What does a name mean: a lever, parameter, series, world input, maker or mechanism? And pages made of the answers."""
