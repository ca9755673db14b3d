"""Accounts of large days and the tests of their pools, kept as they were counted; what is told of their tubes has them counted again."""
