"""Pages that change something: a form, a service, and the page of what came of it."""
