"""What the single tubes of a reactive pool say together, before its members are looked at one by one."""
