"""One file for each thing a user does; the only floor where capabilities meet."""
