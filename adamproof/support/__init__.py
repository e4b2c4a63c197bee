"""What every room may use and none owns: whole files, records with a checksum, signals, numbers and arrays as given."""
