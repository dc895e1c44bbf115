"""What is painted by program, and how pictures become views."""
