"""The arithmetic of pools: prevalence, pool sizes, schemes, retests, backlog. Pure functions, each with its source.

The figures published by others that these agree with are compared by `lims selftest --reference FILE`.
"""
