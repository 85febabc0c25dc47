"""A campaign from the browser: a `form` over the campaign file, or the file itself with everything it names (`uploads`), then `creating`."""
