"""The portal by itself: the services are played by `outside`."""
