"""Everything that is proved: see the folders for what each kind of test may assume."""
