"""Physics and probability: quantities in, quantities out. Opens no file, reads no clock."""
