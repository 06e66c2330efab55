"""Pure decisions: (value, what was given, actor, now) -> (new value, event). No I/O, no clock, no ids made inside.

`complaint` is the value, `clocks` its deadlines and custody, `sight` who sees it and in which roles, `acts` what an
action does, `given` what an action needs.
"""
