"""What moves when a part of the system is switched off, and what was growth made of? Experiments on a case and its runs."""
