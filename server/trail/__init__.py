"""The trail: who did what on which device, found quickly; and who read evidence."""
