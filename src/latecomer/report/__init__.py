"""How is a finding shown? One HTML page that opens offline, pictures and tables; everything in them stands in the finding."""
