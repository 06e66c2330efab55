"""Workflow over HTTP: parse, call one handler, answer. `complaints`, `sessions`, `staff`, `office`, `record`."""
