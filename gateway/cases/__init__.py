"""What we promised: references, routing, due dates, answers, and the pages where they are given."""
