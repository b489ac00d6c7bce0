"""Where staff work, and what everyone may see: the front page, the demo's phone, health and figures."""
