"""A term around the grader: its folder, appeals, copies and the leaderboard."""
