"""The third edge. `sweep` sends what is due on one channel; `writing` makes a message of a claimed delivery."""
