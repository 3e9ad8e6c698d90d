"""Who is calling, and may they: organisations' keys, passwords and PINs, sessions and cookies, enrolment codes, lock-out."""
