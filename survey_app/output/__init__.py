"""Files for people: code sheets to print, and exports. Called with plain values; knows neither services nor storage."""
