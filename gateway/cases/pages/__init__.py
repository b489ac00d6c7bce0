"""The pages of cases: the official's desk (queue and case), and the operator's calls."""
