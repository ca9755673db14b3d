"""Reference data, loaded from files: areas, sites, labs, capacities, assays, pooling policies, barcode formats."""
