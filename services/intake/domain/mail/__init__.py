"""An answer by mail, as pure functions: `reading` (bytes -> what stands in it), `markup` (HTML -> text), `quoted` (what
of the text is theirs), `reports` (delivery reports), `judged` (whose it is, and what becomes of it)."""
