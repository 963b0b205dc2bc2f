"""At which prices does no seller of differentiated products want to move? `latecomer.market` is the public name."""
