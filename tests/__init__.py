"""The proof: architecture, contract, unit, integration, faults, system."""
