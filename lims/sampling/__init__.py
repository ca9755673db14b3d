"""The field: people and sites, labels, collection, boxes, and the sync of devices that were offline."""
