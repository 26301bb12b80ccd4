"""What `publish` is made of: the gate over the staged bytes, the link check, the files about the site, the switch."""
