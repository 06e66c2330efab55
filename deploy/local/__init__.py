"""Everything on one machine out of wheels: what `make run` starts, and what the tests run on."""
