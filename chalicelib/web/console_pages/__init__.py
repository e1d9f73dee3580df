"""The console's pages: each asks the API, in the name of whoever has signed in, and shows what it says."""
