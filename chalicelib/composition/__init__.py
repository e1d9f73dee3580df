"""How services are built, feature by feature: each class adds what needs only the ones before it (wiring.py)."""
