"""The pages: one router a part of the site. `ROUTERS` is what the application serves."""
