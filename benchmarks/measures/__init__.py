"""One small file per measurement. Each takes the stage and answers figures."""
