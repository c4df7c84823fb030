"""Results, and the feedback pages and tables that show them."""
