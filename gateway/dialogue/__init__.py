"""What we say next: flows, the pure conversation, its screens, and what a flow's words do."""
