"""Results, feedback pages and tables: what the judge says, and the files that hold it."""
