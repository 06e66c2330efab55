"""How the system is brought to life: on one machine out of wheels, or as containers. No service knows of it."""
