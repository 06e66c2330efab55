"""Programs that run beside the bench in processes of their own: the bare route, and the peers in their own venv."""
