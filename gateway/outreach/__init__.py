"""What is told to many at once: news of an area to those who asked for it, polls, and codes that count a campaign."""
