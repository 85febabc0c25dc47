"""Pages: a view loads, calls a service, and renders a context; it holds no rule."""
